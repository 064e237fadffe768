/** Notification routes through the whole program: E20, and what stands on record of it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { field, manifest, post, until } from "../support/field.ts";
import { json } from "../support/loopback.ts";

/** Its labels stand in the envelope, which is what counts then: those of the data lead nowhere. */
const alert = (status: "firing" | "resolved", id: string) =>
  JSON.stringify({
    ...{ specversion: "1.0", id, source: "/x", type: "com.acme.alert" },
    labels: { severity: "critical", host: "<!channel> h1", namespace: "other", integration: "gh" },
    data: { fingerprint: "f1", status, labels: { severity: "info" } },
  });

test("E20: while one receiver fails, the other is told once; the failed one stays on record and mentions come from the route alone", async () => {
  const it = await field({ hook: async () => json(400, {}) });
  const receivers =
    "[{ integration: acme-slack, target: { channel: t }, template: page }, { integration: hook, mentions: ['@ops'] }]";
  mkdirSync(join(it.folder, "templates"));
  it.write("templates/page.hbs", "---\ntitle: before\n---\n");
  it.write(
    "m/alerts.yaml",
    manifest(
      "NotificationRoute",
      "alerts",
      `{ match: { types: [com.acme.*], severity: [critical] }, throttle: 0s, groupInterval: 1s, receivers: ${receivers} }`,
    ),
  );
  const running = await it.start();
  const { address } = running;
  const headers = { "content-type": "application/cloudevents+json" };
  expect((await post(`${address}/api/events`, alert("firing", "a1"), headers)).status).toBe(202);
  await until(it.messages, (messages) => messages.length > 0);
  const dead = await until(
    () => it.items("events dead"),
    (items) => items.length > 0,
  );
  expect(dead).toMatchObject([{ kind: "notification", target: "alerts" }]);
  expect(it.messages()).toHaveLength(1);
  expect(JSON.stringify(it.messages())).not.toContain("<!channel>");
  const told = await it.items("notifications list");
  expect(told.map((one) => [one.receiver, one.state]).sort()).toEqual([
    ["acme-slack", "done"],
    ["hook", "dead"],
  ]);
  const again = async () => {
    await post(`${address}/api/events`, alert("resolved", `a${Date.now()}`), headers);
    await post(`${address}/api/events`, alert("firing", `b${Date.now()}`), headers);
  };
  // A template that is edited is used from then on, and what is wrong with it stands in the log.
  it.write("templates/page.hbs", "---\ntitle: 'after {{fingerprint}}'\n---\n");
  await until(
    async () => {
      await again();
      return it.messages().map((message) => message.text);
    },
    (texts) => texts.some((text) => text?.includes("after f1")),
  );
  it.write("templates/page.hbs", "{{nope}}");
  await until(
    async () => {
      await again();
      return running.lines;
    },
    (lines) => lines.some((line) => line.template === "page" && /^told in the plain form: .*nope/.test(line.message)),
  );
});
