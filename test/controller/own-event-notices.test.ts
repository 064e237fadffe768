/** Own events as they are really raised, through the templates that are built in; and the samples beside them. */
import { expect, test } from "vitest";
import {
  driftDetected,
  driftResolved,
  endedBySuspension,
  endedWithIntegration,
  type Moment,
  manifestEvent,
  planApplied,
  reconciledAgain,
  reconcileFailed,
  recovered,
  unhealthy,
} from "../../src/controller/own-events.ts";
import { MOST_CHANGES, toldChanges } from "../../src/controller/told-changes.ts";
import { wrongFiles } from "../../src/controller/wrong-files.ts";
import { deadEvent } from "../../src/events/dead.ts";
import { openEvent } from "../../src/events/envelope.ts";
import { renderNotification, TemplateSet } from "../../src/notifications/render/index.ts";
import { sampleEvents } from "../../src/notifications/samples/index.ts";
import type { Delivery, NewEvent, StoredEvent } from "../../src/store/event-types.ts";
import { groupEvent, toldOf } from "../notifications/render/fixture.ts";
import { acme, manifestsIn } from "../support/engine.ts";

const at: Moment = { now: Date.parse("2026-11-25T12:00:00Z"), trace: "0".repeat(32) };
const [manifest] = manifestsIn(acme("interval: 10m"));
if (!manifest) throw new Error("no manifest");
const failure = { code: "AUTH", message: "The token was refused." };
const stored = (event: NewEvent): StoredEvent => ({ ...event, seq: 7, state: "pending", repeats: 0 });
const clean = (text: string) => text;

const fields = [
  { path: "/topic", before: "by hand", after: "Sev 1" },
  { path: "/token", before: "(sensitive)", after: "(sensitive)", hash: "h1:a:b" },
];
const changes = toldChanges([{ action: "update", kind: "rooms", key: "incidents", fields, reason: "" }], clean);
const problem = { code: "UnknownField", message: 'There is no field "topik".', file: "m/a.yaml", line: 14 };
const [wrong] = wrongFiles({
  problems: [problem],
  held: [{ kind: "Rule", namespace: "prod", name: "r", problem }],
});
if (!wrong) throw new Error("nothing is wrong");

const delivery: Delivery = {
  ...{ id: "d-1", kind: "rule", namespace: "default", target: "urgent", orderingKey: "k", notBefore: 0, input: "{}" },
  ...{ trace: at.trace, event: 7, state: "running", attempts: 3, createdAt: 0 },
};
const attempt = {
  at: 0,
  took: 1,
  outcome: "dead",
  step: "announce",
  code: "UNAVAILABLE",
  message: "No answer.",
} as const;
const dead = deadEvent(delivery, stored(driftResolved(manifest, at)), attempt, at.now);
if (!dead) throw new Error("nothing is dead");

const raised: readonly [event: NewEvent, template: string, says: readonly string[]][] = [
  [
    driftDetected(manifest, changes, at),
    "drift",
    ["Drift in acme", "update rooms/incidents", '- "by hand"', '+ "Sev 1"', "- (sensitive)", "2026-11-25"],
  ],
  [driftResolved(manifest, at), "drift", ["Drift is gone in acme"]],
  [planApplied(manifest, changes, at), "plan-applied", ["Applied to acme", '+ "Sev 1"']],
  [planApplied(manifest, { ...changes, interrupted: true }, at), "plan-applied", ["The program ended while"]],
  [reconcileFailed(manifest, failure, at), "reconcile-failed", ["AUTH", "The token was refused."]],
  [reconciledAgain(manifest, at), "reconcile-failed", ["Reconciled again: acme"]],
  [unhealthy(manifest, failure, at.now - 60_000, at), "integration-health", ["acme is unhealthy", "AUTH", "11:59"]],
  [recovered(manifest, at), "integration-health", ["acme has recovered"]],
  [
    endedWithIntegration("health", "team/gone", at),
    "integration-health",
    ["gone is no longer watched", "no longer declared"],
  ],
  [endedWithIntegration("drift", "team/gone", at), "drift", ["Drift is no longer looked for in gone"]],
  [endedBySuspension("health", manifest, at), "integration-health", ["acme is no longer watched", "is suspended"]],
  [endedBySuspension("drift", manifest, at), "drift", ["Drift is no longer looked for in acme", "is suspended"]],
  [endedBySuspension("reconcile", manifest, at), "reconcile-failed", ["No longer reconciled: acme", "is suspended"]],
  [manifestEvent(wrong, wrong, at), "config-error", ["m/a.yaml", "Line 14", "topik", "Rule prod/r"]],
  [manifestEvent(wrong, undefined, at), "config-error", ["right again"]],
  [dead, "delivery-dead", ["urgent", "UNAVAILABLE", "No answer.", "events replay 7"]],
];

const statusOf = ({ data }: NewEvent) => (JSON.parse(data) as { status?: string }).status;
const rendered = (event: NewEvent) => {
  const open = openEvent(stored(event), () => ({ self: false }));
  return renderNotification(new TemplateSet(), toldOf([groupEvent(open, statusOf(event) === "firing")]));
};

test.each(raised.map(([event, ...rest]) => [`${event.type} ${statusOf(event) ?? ""}`, event, ...rest] as const))(
  "%s is told by its own template, with what it holds",
  (_, event, template, says) => {
    const { notification, fault } = rendered(event);
    expect({ fault, template: notification.template }).toEqual({ template });
    const text = [
      notification.title,
      notification.text,
      notification.code?.text,
      ...notification.facts.map(({ value }) => value),
    ];
    for (const part of says) expect(text.join("\n")).toContain(part);
    expect(text.join("\n")).not.toContain("h1:a");
  },
);

test("samples hold what the events themselves hold", () => {
  const shapeOf = (data: object) => Object.keys(data).sort();
  const real = raised.map(([{ type, data }]) => ({ type, data: JSON.parse(data) as { status?: string } }));
  for (const { type, data } of sampleEvents) {
    const same = real.find((one) => one.type === type && one.data.status === (data as { status?: string }).status);
    if (same) expect(shapeOf(data), type).toEqual(shapeOf(same.data));
  }
});

test("of many changes and long values so much is told as fits, and how much is left out", () => {
  const long = (key: number) => ({
    ...{ action: "update" as const, kind: "rooms", key: String(key), reason: "" },
    fields: [{ path: "/topic", before: ["x".repeat(5000)], after: "y".repeat(5000) }],
  });
  const many = toldChanges(
    Array.from({ length: MOST_CHANGES + 20 }, (_, key) => long(key)),
    clean,
  );
  expect([many.changes.length, many.total, many.more]).toEqual([MOST_CHANGES, MOST_CHANGES + 20, 20]);
  expect(JSON.stringify(many).length).toBeLessThan(45_000);
  const [whole] = many.changes[0]?.fields ?? [];
  expect(whole?.before).toMatch(/^\["x{498}… \(cut, 5004 characters\)$/);
  expect(many.changes.at(-1)?.fields).toEqual([{ path: "/topic" }]);
  const { notification, fault } = rendered(driftDetected(manifest, many, at));
  expect(fault).toBeUndefined();
  expect(notification.code?.text).toContain("… and 20 more");
  expect(notification.code?.text).toContain(`${many.valuesLeftOut} fields without their values`);
});
