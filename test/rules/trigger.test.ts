import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rule } from "../../src/api/rule.ts";
import type { OpenEvent } from "../../src/events/types.ts";
import { eventContext } from "../../src/rules/event-context.ts";
import { createRuleFollower } from "../../src/rules/follower.ts";
import { createRuleSet } from "../../src/rules/rule-set.ts";
import { matchTrigger } from "../../src/rules/trigger.ts";
import { manifest, posted, rule, support, ticketCreated } from "./fixture.ts";

type Trigger = Rule["spec"]["trigger"];

/** @returns why a rule with this trigger does not fire; empty when it does. */
function reason(trigger: Trigger, event: OpenEvent, others: ReturnType<typeof manifest>[] = []): string {
  const rules = createRuleSet([support, ...others, rule({ trigger })]);
  expect([...rules.broken.values()]).toEqual([]);
  const [compiled] = rules.rules("default");
  if (!compiled) throw new Error("There is no rule to ask.");
  const decision = matchTrigger(compiled.trigger, "default", eventContext(event), rules.directory);
  return decision.matched ? "" : decision.reason;
}

describe("an event fires a rule, or the reason says which part did not hold", () => {
  const event = ticketCreated({
    data: { action: "opened", ticket: { id: 1, priority: 3, tags: ["a", "b"], who: { x: 1 } } },
  });
  test.each<[Trigger, string]>([
    [{ integration: "support" }, ""],
    [{ platform: "freshdesk" }, ""],
    [{ integration: "support", event: "ticket_created" }, ""],
    [{ integration: "support", event: ["other", "ticket_created"] }, ""],
    [{ integration: "support", event: "ticket_*" }, ""],
    [{ integration: "support", type: "freshdesk.*" }, ""],
    [
      { integration: "support", event: "freshdesk.ticket_created" },
      "the event is ticket_created, not freshdesk.ticket_created",
    ],
    [{ integration: "support", event: ["a", "b*"] }, "the event is ticket_created, not a, b*"],
    [{ integration: "support", type: "*.closed" }, "the type is freshdesk.ticket_created, not *.closed"],
    [{ integration: "elsewhere" }, "the event came through support, not through elsewhere"],
    [{ platform: "zendesk" }, "there is no Integration of the platform zendesk"],
    [{ type: "freshdesk.*" }, "the event came through support, and the trigger names no Integration"],
    [{ integration: "support", conditions: { priority: 4 } }, "priority is 3, not 4"],
    [{ integration: "support", conditions: { "ticket.priority": 3, action: "opened" } }, ""],
    [{ integration: "support", conditions: { priority: [1, 3] } }, ""],
    [{ integration: "support", conditions: { priority: "3" } }, 'priority is 3, not "3"'],
    [{ integration: "support", conditions: { urgency: 1 } }, "urgency is absent"],
    [{ integration: "support", conditions: { tags: [["a", "b"]] } }, ""],
    [{ integration: "support", conditions: { tags: ["a", "b"] } }, 'tags is a list, not one of "a", "b"'],
    [{ integration: "support", conditions: { who: { x: 1 } } }, ""],
    [{ integration: "support", conditions: { "who.constructor": 1 } }, "who.constructor is absent"],
    [{ integration: "support", when: "event.data.ticket.priority >= 3" }, ""],
    [{ integration: "support", when: "event.integration == 'support' && event.name == 'ticket_created'" }, ""],
    [
      { integration: "support", when: "event.data.ticket.priority > 3" },
      "when is false: event.data.ticket.priority > 3",
    ],
    [{ integration: "support", when: "event.data.nope > 3" }, "when cannot be evaluated: No such key: nope"],
  ])("%j: %s", (trigger, expected) => {
    expect(reason(trigger, event)).toBe(expected);
  });

  test("a platform that two Integrations have is nobody's", () => {
    const second = manifest("Integration", "second", { platform: "freshdesk" });
    expect(reason({ platform: "freshdesk" }, event, [second])).toBe(
      "several Integrations are of the platform freshdesk: support, second",
    );
  });

  test("what the account itself caused fires only a rule that allows it", () => {
    const own = ticketCreated({ self: true });
    expect(reason({ integration: "support" }, own)).toBe("the account of support itself caused the event");
    expect(reason({ integration: "support", self: "Allow" }, own)).toBe("");
  });

  test("posted events are told apart by their whole type", () => {
    expect(reason({ type: "com.example.*" }, posted("com.example.alert"))).toBe("");
    expect(reason({ type: "com.example" }, posted("com.example.alert"))).toBe(
      "the type is com.example.alert, not com.example",
    );
    expect(reason({ integration: "support" }, posted("x"))).toBe(
      "the event came through no Integration, not through support",
    );
  });

  test("a body that claims to be something else changes nothing", () => {
    const claiming = ticketCreated({
      data: { ticket: { id: 1 }, integration: "elsewhere", event: { integration: "elsewhere" } },
      envelope: {
        extensions: { integration: "elsewhere", platform: "zendesk" },
        labels: { integration: "elsewhere", platform: "zendesk", namespace: "other" },
      },
    });
    const when = "event.integration == 'support' && event.platform == 'freshdesk' && event.namespace == 'default'";
    expect(reason({ integration: "support", when }, claiming)).toBe("");
    const stranger = posted("freshdesk.ticket_created");
    const labels = { integration: "support", platform: "freshdesk", namespace: "default" };
    const posing = { ...stranger, envelope: { ...stranger.envelope, labels } };
    expect(reason({ integration: "support" }, posing)).toContain("came through no Integration");
    expect(reason({ platform: "freshdesk" }, posing)).toContain("came through no Integration");
  });
});

test("rules of another namespace see nothing of an event", () => {
  const elsewhere = manifest(
    "Rule",
    "r",
    { trigger: { type: "*" }, actions: [{ action: "http_request", parameters: { url: "https://example.com" } }] },
    "other",
  );
  const follower = createRuleFollower({ rules: () => createRuleSet([support, elsewhere]), monotonic: () => 0 });
  const nothing = { deliveries: [], deduplicate: [], notes: [] };
  const event = posted("x");
  expect(follower.follow(event)).toEqual(nothing);
  const claiming = { ...event, envelope: { ...event.envelope, labels: { namespace: "other" } } };
  expect(follower.follow(claiming)).toEqual(nothing);
});

describe("conditions are never patterns", () => {
  test.each(["refs/heads/v1x2", "xrefs/heads/v1.2", "rell", "re"])("%s does not match", (ref) => {
    const event = ticketCreated({ data: { ref } });
    expect(reason({ integration: "support", conditions: { ref: ["refs/heads/v1.2", "rel+"] } }, event)).toBe(
      `ref is "${ref}", not one of "refs/heads/v1.2", "rel+"`,
    );
  });

  test("rel+ matches rel+", () => {
    const event = ticketCreated({ data: { ref: "rel+" } });
    expect(reason({ integration: "support", conditions: { ref: ["refs/heads/v1.2", "rel+"] } }, event)).toBe("");
  });

  test("a condition holds when the values are the same JSON, and only then", () => {
    const value = fc.jsonValue({ maxDepth: 2 }).filter((one) => !Array.isArray(one));
    fc.assert(
      fc.property(value, value, (wanted, there) => {
        const event = ticketCreated({ data: { x: there } });
        const fires = reason({ integration: "support", conditions: { x: wanted } }, event) === "";
        const normal = (one: unknown): string =>
          JSON.stringify(one, (_, inner: unknown) =>
            typeof inner === "object" && inner !== null && !Array.isArray(inner)
              ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
              : inner,
          );
        expect(fires).toBe(normal(wanted) === normal(there));
      }),
    );
  });

  test("whole numbers beyond a double's are compared digit by digit", () => {
    const event = ticketCreated({ data: { id: 9007199254740993n, small: 4n } });
    expect(reason({ integration: "support", conditions: { id: 9007199254740992 } }, event)).toBe(
      "id is 9007199254740993, not 9007199254740992",
    );
    expect(reason({ integration: "support", conditions: { small: 4 } }, event)).toBe("");
  });
});
