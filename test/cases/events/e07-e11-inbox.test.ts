/** E07, E10, E11: one claim for each (source, id); CloudEvents' headers and batches. */
import { describe, expect, test } from "vitest";
import { events as github } from "../../../src/connectors/github/events.ts";
import { acceptPosted, readPosted } from "../../../src/events/post.ts";
import { createPressure } from "../../../src/events/pressure.ts";
import {
  endpointOf,
  followerTo,
  githubRequest,
  layer,
  pass,
  SECRET,
  scriptedPerformer,
  TRACE,
  until,
} from "../../events/support.ts";
import { VirtualClock } from "../../support/clock.ts";

const gh = endpointOf("github", "gh", github, { webhookSecret: SECRET });
const body = '{"action":"opened","issue":{"number":1,"title":"x"},"repository":{"full_name":"o/r"}}';

test("E07 one id five times at once, and again after a restart, is worked once", async () => {
  const clock = new VirtualClock({ auto: false });
  const performer = scriptedPerformer(clock);
  const parts = { clock, followers: [followerTo(["r"])], performers: { rule: performer } };
  const first = await layer(parts);
  first.engine.start();
  const answers = await Promise.all(Array.from({ length: 5 }, () => first.receiver.receive(gh, githubRequest(body))));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  await until(() => performer.calls.length === 1);
  await first.engine.stop(0);
  const file = first.store.url.slice("sqlite:".length);
  await first.store.close();
  const second = await layer({ ...parts, file });
  second.engine.start();
  expect((await second.receiver.receive(gh, githubRequest(body))).status).toBe(200);
  await pass(clock, 3000);
  await second.engine.stop(0);
  expect(performer.calls).toHaveLength(1);
  expect(await second.store.events.events({ limit: 5 })).toMatchObject([{ id: "d1", repeats: 5 }]);
});

const event = { specversion: "1.0", id: "a1", source: "/x", type: "com.example.alert" };

async function posting() {
  const { store, engine, clock } = await layer({ clock: new VirtualClock({ auto: false }) });
  const from = { namespace: "default", trace: TRACE, receivedAt: clock.now() };
  return {
    post: async (type: string, content: unknown, headers: Record<string, string> = {}) =>
      acceptPosted(
        { takeIn: engine.takeIn, pressure: createPressure(store.events, () => clock.monotonic()) },
        readPosted({
          headers: { "content-type": type, ...headers },
          query: {},
          body: Buffer.from(JSON.stringify(content)),
        }),
        from,
      ),
    subjects: async () => (await store.events.events({ limit: 9 })).map(({ subject }) => subject),
    count: async () => (await store.events.events({ limit: 9 })).length,
  };
}

describe("E10 percent-encoded headers", () => {
  const binary = { "ce-specversion": "1.0", "ce-source": "/x", "ce-type": "t" };

  test("they are unquoted and decoded once; what is no UTF-8 is refused and not stored", async () => {
    const { post, subjects } = await posting();
    await post("application/json", {}, { ...binary, "ce-id": "1", "ce-subject": "caf%C3%A9%20%2541" });
    await post("application/json", {}, { ...binary, "ce-id": "2", "ce-subject": '"a%20b"' });
    const third = post("application/json", {}, { ...binary, "ce-id": "3", "ce-subject": "%FF" });
    await expect(third).rejects.toMatchObject({ status: 400, message: expect.stringContaining("ce-subject") });
    expect(await subjects()).toEqual(["a b", "café %41"]);
  });
});

describe("E11 batches are taken whole or not at all", () => {
  const batch = "application/cloudevents-batch+json";
  const three = ["1", "2", "3"].map((id) => ({ ...event, id }));

  test("a bad element is named and nothing is stored; then three are, and none of an empty one", async () => {
    const { post, count } = await posting();
    const bad = post(batch, [three[0], { ...three[1], source: undefined }, three[2]]);
    await expect(bad).rejects.toMatchObject({ status: 400, message: expect.stringContaining("Element 1") });
    expect(await count()).toBe(0);
    expect(await post(batch, three)).toMatchObject([
      { outcome: "stored" },
      { outcome: "stored" },
      { outcome: "stored" },
    ]);
    expect(await post(batch, [])).toEqual([]);
    expect(await count()).toBe(3);
  });

  test("a batch under the structured type is 400", async () => {
    const { post, count } = await posting();
    await expect(post("application/cloudevents+json", three)).rejects.toMatchObject({ status: 400 });
    expect(await count()).toBe(0);
  });

  test.each([0, 1, 2, 3, 4])("element %i is named when it is the bad one", async (at) => {
    const { post } = await posting();
    const five = Array.from({ length: 5 }, (_, n) => (n === at ? { ...event, id: "" } : { ...event, id: `${n}` }));
    await expect(post(batch, five)).rejects.toThrow(`Element ${at} of the batch`);
  });

  test.each([
    { ...event, type: "plumbline.drift.detected" },
    { ...event, source: "urn:plumbline" },
  ])("one that claims to be the program's own is 403, with all that came along", async (forged) => {
    const { post, count } = await posting();
    await expect(post(batch, [...three, forged])).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("Element 3"),
    });
    expect(await count()).toBe(0);
  });
});
