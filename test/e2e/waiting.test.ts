/** What a person sees of long work and of waits that a platform asks for: a line on a terminal, nothing elsewhere. */
import { expect, test } from "vitest";
import { breaking, tooMany } from "./breaking.ts";
import { type SlackPlace, slackPlace } from "./place.ts";

/** Returns the cursor to the first column and erases the line (ECMA-48: CR, EL). */
const ERASE = "\r\u001b[K";

function onTerminal({ env }: SlackPlace) {
  return { terminal: 80, env: { ...env, NO_COLOR: "1" } };
}

async function limited(): Promise<SlackPlace> {
  const place = await slackPlace(["channels.yaml"]);
  place.proxy.intercept(breaking("POST /api/conversations.list", tooMany(7), 1));
  return place;
}

test("on a terminal a plan shows what it reads and how long it waits, on one line that goes away", async () => {
  const place = await limited();
  const { code, stdout, stderr } = await place.run("plan", onTerminal(place));
  const lines = stderr.split(ERASE);
  expect(lines).toContain("chat: reading, 1 request");
  expect(lines.some((line) => /waiting 7 s/.test(line))).toBe(true);
  expect(stderr.endsWith(ERASE)).toBe(true);
  expect(stderr).not.toContain("\n");
  expect(stdout).toContain("3 to create, 0 to change, 0 to remove. Nothing was written.");
  expect(code).toBe(0);
});

test("without a terminal a plan that waits says nothing of it", async () => {
  const place = await limited();
  const { code, stderr } = await place.run("plan");
  expect(place.clock.slept.some((milliseconds) => milliseconds >= 7000)).toBe(true);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("with -q a plan that waits says nothing of it, on a terminal too", async () => {
  const place = await limited();
  const { code, stdout, stderr } = await place.run("plan -q", onTerminal(place));
  expect(place.clock.slept.some((milliseconds) => milliseconds >= 7000)).toBe(true);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("3 to create");
});

test("with -q an apply prints its result and errors, and nothing else", async () => {
  const place = await limited();
  const { code, stdout, stderr } = await place.run("apply -q --auto-approve", onTerminal(place));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/\n3 created\.\n$/);
});
