/** A plan that was saved and approved: exactly its changes are made, or none. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type SlackPlace, slackPlace } from "./place.ts";

/** A workspace as declared, a changed manifest, and the plan of that change in `plan.json`. */
async function saved(): Promise<SlackPlace> {
  const place = await slackPlace(["channels.yaml"]);
  await place.apply();
  place.edit("channels.yaml", "Sev 1 and 2", "Sev 1 to 3");
  const { code, stderr } = await place.run("plan --out plan.json");
  expect(stderr).toContain("The plan is in plan.json. To apply exactly this: plumbline apply plan.json");
  expect(code).toBe(0);
  place.proxy.reset();
  return place;
}

async function setTopic({ slack }: SlackPlace, name: string, topic: string): Promise<void> {
  const channel = String((await slack.channel(name))?.id);
  await slack.call("conversations.setTopic", { channel, topic }, "bot");
}

async function topicOf({ slack }: SlackPlace, name: string): Promise<string> {
  const channel = await slack.channel(name);
  return (channel as { topic: { value: string } }).topic.value;
}

test("a saved plan applies, whatever has become of the manifests", async () => {
  const place = await saved();
  place.edit("channels.yaml", "Sev 1 to 3", "Sev 9");
  const { stdout } = await place.apply("plan.json");
  expect(stdout).toMatch(/~ channels\/incidents +channels\.yaml:14\n/);
  expect(stdout).toMatch(/\n1 changed\.\n$/);
  expect(await topicOf(place, "incidents")).toBe("Sev 1 to 3");
});

test("a saved plan applies although something unrelated moved, and leaves that alone", async () => {
  const place = await saved();
  await setTopic(place, "releases", "lunch orders");
  await place.apply("plan.json");
  expect(await topicOf(place, "incidents")).toBe("Sev 1 to 3");
  expect(await topicOf(place, "releases")).toBe("lunch orders");
  expect(place.proxy.writes().map(({ path }) => path)).toEqual(["/api/conversations.setTopic"]);
});

test("a saved plan is refused when a listed change is no longer the same, and nothing is written", async () => {
  const place = await saved();
  await setTopic(place, "incidents", "lunch orders");
  const { code, stdout, stderr } = await place.run("apply plan.json --auto-approve");
  expect(stderr).toBe(
    "plumbline: The saved plan does not fit any more; nothing was written. Make a new plan. What differs:\n" +
      "  chat: update of channels/incidents is now update of channels/incidents (/topic)\n",
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(place.proxy.writes()).toEqual([]);
  expect(await topicOf(place, "incidents")).toBe("lunch orders");
});

test("a saved plan is refused once it was applied", async () => {
  const place = await saved();
  await place.apply("plan.json");
  place.proxy.reset();
  const { code, stderr } = await place.run("apply plan.json --auto-approve");
  expect(stderr).toContain("chat: update of channels/incidents is not planned any more");
  expect({ code, writes: place.proxy.writes() }).toEqual({ code: 1, writes: [] });
});

test("a saved plan that was edited into another change is refused", async () => {
  const place = await saved();
  const file = join(place.folder, "plan.json");
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("Sev 1 to 3", "planted"));
  const { code, stderr } = await place.run("apply plan.json --auto-approve");
  expect(stderr).toContain("plan.json was changed after it was made: its hash does not fit.");
  expect({ code, writes: place.proxy.writes() }).toEqual({ code: 1, writes: [] });
});
