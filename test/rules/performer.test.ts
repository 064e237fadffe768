import { describe, expect, test } from "vitest";
import type { Rule } from "../../src/api/rule.ts";
import { compileConnector } from "../../src/connector-kit/compile.ts";
import { ConnectorError } from "../../src/connector-kit/errors.ts";
import { SchemaChecks } from "../../src/connector-kit/facade/schema-checks.ts";
import type { GuardedAnswer, GuardedRequest } from "../../src/connector-kit/http/guarded-request.ts";
import { createTransport, openSession } from "../../src/connector-kit/index.ts";
import type { OpenEvent, Performed } from "../../src/events/types.ts";
import { createRulePerformer } from "../../src/rules/performer.ts";
import { createRuleSet } from "../../src/rules/rule-set.ts";
import type { ClosedReason } from "../../src/rules/sessions.ts";
import type { Delivery, NewEvent } from "../../src/store/event-types.ts";
import { VirtualClock } from "../support/clock.ts";
import { type Desk, desk, manifest, rule, type Sent, support, ticketCreated } from "./fixture.ts";

interface Setup {
  actions: Rule["spec"]["actions"];
  /** What each Integration's desk does, by name. */
  desks?: Record<string, Desk>;
  closed?: Record<string, ClosedReason>;
  event?: OpenEvent;
  http?: (request: GuardedRequest) => GuardedAnswer;
  /** Milliseconds for which the right to write still holds. */
  lease?: { left: number };
  trigger?: Rule["spec"]["trigger"];
}

const TOKEN = "tok-3cr3t-value";

/** A rule's run that can be tried again and again. */
function runOf({ actions, desks = {}, closed = {}, event = ticketCreated(), http, lease }: Setup) {
  const sent: (Sent & { integration: string })[] = [];
  const emitted: NewEvent[] = [];
  const requests: GuardedRequest[] = [];
  const kept: string[] = [];
  const others = ["backup", "other"].map((name) =>
    manifest("Integration", name, { platform: name === "other" ? "other" : "freshdesk" }),
  );
  const rules = createRuleSet([support, ...others, rule({ actions })]);
  expect([...rules.broken.values()]).toEqual([]);
  const performer = createRulePerformer({
    rules: () => rules,
    checks: new SchemaChecks(),
    now: () => Date.UTC(2026, 0, 1),
    ...(lease ? { mayWrite: (needed: number) => lease.left > needed } : {}),
    accept: async (events) => {
      emitted.push(...events);
      return events.map((_, index) => ({ outcome: "stored", seq: index + 1 }));
    },
    http: {
      send: async (request) => {
        requests.push(request);
        return http?.(request) ?? { status: 204, headers: {}, body: "", truncated: false };
      },
      close: async () => undefined,
    },
    sessions: {
      async open(_, integration) {
        const reason = closed[integration];
        if (reason) return { state: "closed", reason, message: `${integration} is closed.` };
        const compiled = compileConnector(
          desk(integration === "other" ? "other" : "freshdesk", (one) => {
            sent.push({ ...one, integration });
            return desks[integration]?.(one) ?? { id: sent.length };
          }),
        );
        const transport = createTransport({ clock: new VirtualClock() });
        const options = { transport, connection: {}, credentials: { token: TOKEN }, lane: "background" } as const;
        const session = await openSession(compiled.connector, options);
        return { state: "open", compiled, session, hide: () => undefined };
      },
    },
  });
  let attempt = 0;
  const delivery = (progress: string | undefined): Delivery => ({
    id: "run-1",
    kind: "rule",
    namespace: "default",
    target: "r",
    orderingKey: "k",
    notBefore: 0,
    input: "{}",
    trace: event.stored.trace,
    event: 1,
    state: "running",
    attempts: attempt,
    createdAt: 0,
    ...(progress === undefined ? {} : { progress }),
  });
  return {
    sent,
    emitted,
    requests,
    kept,
    async perform(input?: Partial<Delivery>): Promise<Performed> {
      attempt += 1;
      const performed = await performer.perform(
        { ...delivery(kept.at(-1)), ...input },
        {
          event,
          attempt,
          signal: new AbortController().signal,
          checkpoint: async (progress) => {
            kept.push(progress);
          },
        },
      );
      if (performed.outcome !== "done") return performed;
      // Kept with the end, as the worker does.
      const { progress, ...done } = performed;
      if (progress !== undefined) kept.push(progress);
      return done;
    },
  };
}

const note = (body: string, more: object = {}) => ({
  integration: "support",
  action: "add_note",
  parameters: { ticket: "{{ticket.id}}", body },
  ...more,
});
const down = () => {
  throw new ConnectorError("UNAVAILABLE", "Freshdesk cannot be reached.", { retryAfter: 7000 });
};

describe("actions run in order", () => {
  test("with typed parameters, escaped texts, and a key of their own", async () => {
    const run = runOf({ actions: [note("{{ticket.subject}} <b>"), note("second", { id: "later" })] });
    expect(await run.perform()).toEqual({ outcome: "done" });
    expect(run.sent).toEqual([
      { integration: "support", key: "run-1-action-1", parameters: { ticket: 1, body: "Printer on fire <b>" } },
      { integration: "support", key: "run-1-later", parameters: { ticket: 1, body: "second" } },
    ]);
  });

  test("and read what earlier ones answered, letter for letter, also in their conditions", async () => {
    const braces = "{{ticket.id}} {{#each this}}x{{/each}}";
    const run = runOf({
      actions: [
        note("one", { id: "first" }),
        note("{{{outputs.first.text}}}", { when: "outputs.first.id == 41" }),
        note("never", { when: "outputs.first.id == 42" }),
      ],
      desks: { support: () => ({ id: 41, text: braces }) },
    });
    expect(await run.perform()).toEqual({ outcome: "done" });
    expect(run.sent.map(({ parameters }) => parameters.body)).toEqual(["one", braces]);
  });

  test("and an event cannot pass data off as an earlier result", async () => {
    const event = ticketCreated({ data: { ticket: { id: 1 }, outputs: { first: { id: 666 } } } });
    const run = runOf({ event, actions: [note("a", { id: "first" }), note("{{outputs.first.id}}")] });
    await run.perform();
    expect(run.sent[1]?.parameters.body).toBe("1");
  });
});

describe("a bad parameter is dead before anything is sent", () => {
  test.each<[string, unknown, string]>([
    ["{{ticket.id}}", "7", 'The parameter "ticket" must be integer.'],
    ["{{ticket.id}}", 7.5, 'The parameter "ticket" must be integer.'],
    ["{{ticket.id}}", 0, 'The parameter "ticket" must be >= 1.'],
    ["{{ticket.id}}", 2n ** 60n, 'The parameter "ticket" is a whole number that is too large to be sent exactly.'],
    ["{{ticket.nope}}", 7, 'The parameter "ticket": ticket.nope is absent.'],
  ])("%s of %s", async (ticket, id, message) => {
    const event = ticketCreated({ data: { ticket: { id } } });
    const action = { integration: "support", action: "add_note", parameters: { ticket, body: "#{{ticket.id}}" } };
    const run = runOf({ event, actions: [{ ...action, retry: { maxAttempts: 5 } }] });
    expect(await run.perform()).toEqual({ outcome: "dead", code: "InvalidParameter", message, step: "action-1" });
    expect(run.sent).toEqual([]);
  });
});

describe("a failure repeats nothing that is done", () => {
  test("the next attempt goes on where the last one stopped", async () => {
    let fails = 2;
    const run = runOf({
      actions: [note("one", { id: "first" }), note("{{outputs.first.id}}"), note("three")],
      desks: { support: ({ parameters }) => (parameters.body === "1" && fails-- > 0 ? down() : undefined) },
    });
    const retry = {
      outcome: "retry",
      code: "UNAVAILABLE",
      message: "Freshdesk cannot be reached.",
      step: "action-2",
      retryAfter: 7000,
    };
    expect([await run.perform(), await run.perform(), await run.perform()]).toEqual([
      retry,
      retry,
      { outcome: "done" },
    ]);
    expect(run.sent.map(({ key }) => key)).toEqual([
      "run-1-first",
      "run-1-action-2",
      "run-1-action-2",
      "run-1-action-2",
      "run-1-action-3",
    ]);
  });

  test("an action is tried as often as it states, and brought back begins anew", async () => {
    const run = runOf({
      actions: [note("one"), note("two", { retry: { maxAttempts: 2 } })],
      desks: {
        support: ({ parameters }) => (parameters.body === "two" ? down() : undefined),
      },
    });
    const outcomes = [await run.perform(), await run.perform(), await run.perform(), await run.perform()];
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["retry", "dead", "retry", "dead"]);
    expect(outcomes[0]).toMatchObject({ maxAttempts: 2 });
    expect(outcomes[2]).toMatchObject({ maxAttempts: 4 });
  });

  test.each([
    ["its limit", new ConnectorError("RATE_LIMITED", "Later.", { retryAfter: 3000 })],
    [
      "coming back, after others failed",
      new ConnectorError("UNAVAILABLE", "It rests.", { heldBack: true, retryAfter: 9 }),
    ],
  ])("waiting for %s is no try, but does not go on for ever", async (_, error) => {
    let fails = 30;
    const wait = () => {
      fails -= 1;
      if (fails >= 0) throw error;
    };
    const run = runOf({ actions: [note("one", { retry: { maxAttempts: 1 } })], desks: { support: wait } });
    const outcomes: string[] = [];
    while (outcomes.at(-1) !== "dead") {
      const performed = await run.perform();
      outcomes.push(performed.outcome);
      if (performed.outcome === "retry") expect(performed.maxAttempts).toBeGreaterThan(outcomes.length);
    }
    expect(outcomes).toHaveLength(20);
    fails = 0;
    expect(await run.perform()).toEqual({ outcome: "done" });
  });

  test("what trying again cannot cure is dead at once", async () => {
    const refuse = () => {
      throw new ConnectorError("PERMISSION", "Freshdesk refused it.");
    };
    const run = runOf({ actions: [note("one"), note("two")], desks: { support: refuse } });
    expect(await run.perform()).toEqual({
      outcome: "dead",
      code: "PERMISSION",
      message: "Freshdesk refused it.",
      step: "action-1",
    });
    expect(run.sent).toHaveLength(1);
  });

  test("with onFailure Continue the rest is done, after three tries", async () => {
    const run = runOf({
      actions: [note("one", { onFailure: "Continue" }), note("two")],
      desks: { support: ({ parameters }) => (parameters.body === "one" ? down() : undefined) },
    });
    const outcomes = [await run.perform(), await run.perform(), await run.perform()];
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["retry", "retry", "done"]);
    expect(run.sent.map(({ parameters }) => parameters.body)).toEqual(["one", "one", "one", "two"]);
  });
});

describe("a fallback", () => {
  test("acts when the first Integration is down, under a key of its own", async () => {
    const run = runOf({ actions: [note("one", { fallback: "backup" })], desks: { support: down } });
    expect(await run.perform()).toEqual({ outcome: "done" });
    expect(run.sent.map(({ integration, key }) => [integration, key])).toEqual([
      ["support", "run-1-action-1"],
      ["backup", "run-1-action-1_fallback"],
    ]);
  });

  test("does not act when the first one refuses", async () => {
    const refuse = () => {
      throw new ConnectorError("VALIDATION", "No.");
    };
    const run = runOf({ actions: [note("one", { fallback: "backup" })], desks: { support: refuse } });
    expect(await run.perform()).toMatchObject({ outcome: "dead", code: "VALIDATION" });
    expect(run.sent).toHaveLength(1);
  });

  test("that is down as well leaves the run for later, and is named", async () => {
    const run = runOf({ actions: [note("one", { fallback: "backup" })], desks: { support: down, backup: down } });
    expect(await run.perform()).toMatchObject({
      outcome: "retry",
      code: "UNAVAILABLE",
      message: expect.stringContaining("The fallback backup did not do it either"),
    });
  });
});

describe("an Integration that does nothing", () => {
  test.each<[ClosedReason, string]>([
    ["Suspended", "skipped"],
    ["Untrusted", "dead"],
    ["Unloaded", "dead"],
  ])("because it is %s ends the run as %s", async (reason, outcome) => {
    const run = runOf({ actions: [note("one")], closed: { support: reason } });
    expect(await run.perform()).toMatchObject({ outcome, code: reason, message: "support is closed." });
  });

  test("a rule that is gone is skipped, and one that loops is dead", async () => {
    const run = runOf({ actions: [note("one")] });
    expect(await run.perform({ target: "gone" })).toMatchObject({ outcome: "skipped", code: "RuleGone" });
    expect(await run.perform({ input: '{"loop":"it came back"}' })).toEqual({
      outcome: "dead",
      code: "Loop",
      message: "This looks like a loop: it came back.",
    });
    expect(run.sent).toEqual([]);
  });
});

test("results are kept without secrets", async () => {
  const run = runOf({
    actions: [note("one", { id: "first" })],
    desks: { support: () => ({ id: 1, secret: "field-secret", text: `Bearer ${TOKEN}` }) },
  });
  await run.perform();
  expect(run.kept).toHaveLength(1);
  expect(run.kept[0]).not.toMatch(/field-secret|tok-3cr3t/);
  expect(JSON.parse(run.kept[0] ?? "")).toMatchObject({ steps: { first: { state: "done", output: { id: 1 } } } });
});

describe("emit_event", () => {
  test("puts an event of our own one hop further, the same one when tried again", async () => {
    const actions = [
      {
        action: "emit_event",
        parameters: {
          type: "com.example.escalated",
          subject: "t{{ticket.id}}",
          severity: "error",
          data: { id: "{{ticket.id}}" },
        },
      },
    ];
    const run = runOf({ actions, event: ticketCreated({ stored: { hops: 2 } }) });
    expect(await run.perform()).toEqual({ outcome: "done" });
    await run.perform({ progress: '{"steps":{},"tries":{}}' });
    expect(run.emitted[0]).toEqual(run.emitted[1]);
    expect(run.emitted[0]).toMatchObject({
      namespace: "default",
      source: "/default/rules/r",
      id: "run-1-action-1",
      type: "com.example.escalated",
      subject: "t1",
      hops: 3,
      data: '{"id":1}',
    });
    expect(run.emitted[0]).not.toHaveProperty("integration");
    expect(JSON.parse(run.emitted[0]?.attributes ?? "")).toMatchObject({ extensions: { severity: "error" } });
  });

  test("does not send Plumbline's own events", async () => {
    const run = runOf({
      actions: [{ action: "emit_event", parameters: { type: "{{{ticket.subject}}}" } }],
      event: ticketCreated({ data: { ticket: { subject: "plumbline.drift.detected" } } }),
    });
    expect(await run.perform()).toMatchObject({ outcome: "dead", code: "InvalidParameter" });
    expect(run.emitted).toEqual([]);
  });
});

describe("http_request", () => {
  const request = (parameters: object) => [
    { id: "call", action: "http_request", parameters: { url: "https://example.com/hook", ...parameters } },
  ];

  test("sends JSON that holds values as they are, and hands its answer on", async () => {
    const event = ticketCreated({ data: { ticket: { id: 7, subject: 'a"b\n\tc' } } });
    const run = runOf({
      event,
      actions: [
        ...request({ body: { n: "{{ticket.id}}", t: "{{ticket.subject}}" } }),
        note("{{outputs.call.body.ok}} {{outputs.call.status}}"),
      ],
      http: () => ({
        status: 201,
        headers: { "content-type": "application/json" },
        body: '{"ok":"yes"}',
        truncated: false,
      }),
    });
    expect(await run.perform()).toEqual({ outcome: "done" });
    expect(JSON.parse(String(run.requests[0]?.body))).toEqual({ n: 7, t: 'a"b\n\tc' });
    expect(run.requests[0]).toMatchObject({
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "run-1-call" },
    });
    expect(run.sent[0]?.parameters.body).toBe("yes 201");
  });

  test("keeps headers that the rule states", async () => {
    const run = runOf({ actions: request({ headers: { "Idempotency-Key": "mine" }, body: "text" }) });
    await run.perform();
    expect(run.requests[0]).toMatchObject({ headers: { "Idempotency-Key": "mine" }, body: "text" });
    expect(Object.keys(run.requests[0]?.headers ?? {})).toEqual(["Idempotency-Key"]);
  });

  test.each<[number, string, object]>([
    [503, "UNAVAILABLE", { outcome: "retry", retryAfter: 30_000 }],
    [429, "RATE_LIMITED", { outcome: "retry", retryAfter: 30_000 }],
    [500, "UNAVAILABLE", { outcome: "retry", unknown: true, message: expect.stringMatching(/done twice\.$/) }],
    [501, "VALIDATION", { outcome: "dead" }],
    [404, "NOT_FOUND", { outcome: "dead" }],
    [302, "VALIDATION", { outcome: "dead", message: expect.stringContaining("Redirects are not followed") }],
  ])("answered %s ends as %s, and repeats nothing of the answer", async (status, code, expected) => {
    const run = runOf({
      actions: request({}),
      http: () => ({ status, headers: { "retry-after": "30" }, body: "inner secret", truncated: false }),
    });
    const performed = await run.perform();
    expect(performed).toMatchObject({ code, ...expected });
    expect(JSON.stringify(performed)).not.toContain("inner secret");
  });
});

describe("http_request waits as it is asked to", () => {
  const at = (wait: number) => new Date(Date.UTC(2026, 0, 1) + wait).toUTCString();
  const HOUR = 3_600_000;

  test.each<[string, string, number | undefined]>([
    ["seconds", "7200", 2 * HOUR],
    ["a date", at(HOUR), HOUR],
    ["a date that is past", at(-HOUR), 0],
    ["a year of seconds: a day at most", "31536000", 24 * HOUR],
    ["a date in a year: a day at most", at(365 * 24 * HOUR), 24 * HOUR],
    ["what is neither", "soon", undefined],
  ])("%s", async (_, header, retryAfter) => {
    const run = runOf({
      actions: [{ id: "call", action: "http_request", parameters: { url: "https://hooks.example.com/" } }],
      http: () => ({ status: 429, headers: { "retry-after": header }, body: "", truncated: false }),
    });
    const performed = await run.perform();
    expect(performed).toMatchObject({ outcome: "retry", code: "RATE_LIMITED" });
    expect("retryAfter" in performed ? performed.retryAfter : undefined).toBe(retryAfter);
    expect(performed).not.toHaveProperty("unknown");
  });
});

test("no action begins once the right to write would not outlast it; the next who has it goes on from there", async () => {
  const lease = { left: 17_000 };
  const desks = {
    support() {
      lease.left = 10_000;
      return { id: 1 };
    },
  };
  const call = { id: "call", action: "http_request", parameters: { url: "https://hooks.example.com/" } };
  const run = runOf({ actions: [note("a"), { ...call, retry: { maxAttempts: 1 } }], desks, lease });
  expect(await run.perform()).toMatchObject({ outcome: "retry", code: "LeaseLost", step: "call" });
  expect([run.sent.length, run.requests.length]).toEqual([1, 0]);
  lease.left = 17_000;
  expect(await run.perform()).toEqual({ outcome: "done" });
  expect([run.sent.length, run.requests.map(({ timeout }) => timeout)]).toEqual([1, [10_000]]);
});

describe("an answer that never came", () => {
  const lost = () => {
    throw new ConnectorError("TIMEOUT", "No answer came.", { outcomeUnknown: true });
  };
  const post = { id: "post", integration: "support", action: "post", parameters: { channel: "#t", message: "m" } };

  test("is tried again under the same key, and the attempt's record says that it may be done twice", async () => {
    const run = runOf({ actions: [post], desks: { support: lost } });
    const message = "No answer came. It may have been done all the same, and is then done twice.";
    expect(await run.perform()).toMatchObject({ outcome: "retry", code: "TIMEOUT", unknown: true, message });
    await run.perform();
    expect(run.sent.map(({ key }) => key)).toEqual(["run-1-post", "run-1-post"]);
  });

  test("of an action that is done once under one key leads to no second one", async () => {
    const run = runOf({ actions: [note("a")], desks: { support: lost } });
    const message = "No answer came. It may have been done all the same.";
    expect(await run.perform()).toMatchObject({ outcome: "retry", unknown: true, message });
  });

  test("of the fallback counts as well", async () => {
    const run = runOf({ actions: [{ ...post, fallback: "backup" }], desks: { support: down, backup: lost } });
    expect(await run.perform()).toMatchObject({ outcome: "retry", code: "UNAVAILABLE", unknown: true });
  });

  test("and is given up on says so too", async () => {
    const run = runOf({ actions: [{ ...post, retry: { maxAttempts: 1 } }], desks: { support: lost } });
    expect(await run.perform()).toMatchObject({
      outcome: "dead",
      message: expect.stringContaining("may have been done"),
    });
  });

  test("which surely had no effect is a plain retry", async () => {
    const run = runOf({ actions: [post], desks: { support: down } });
    expect(await run.perform()).not.toHaveProperty("unknown");
  });
});

test("notify hands a notification to the routes as an event, the same one when it is tried again", async () => {
  const parameters = { title: "{{ticket.subject}}", text: "More.", severity: "error", labels: { team: "db" } };
  const run = runOf({
    actions: [{ id: "tell", action: "notify", parameters }],
    event: ticketCreated({ data: { ticket: { subject: "It burns" } } }),
  });
  await run.perform();
  expect(run.emitted).toMatchObject([{ id: "run-1-tell", source: "/default/rules/r", type: "notification", hops: 1 }]);
  expect(JSON.parse(run.emitted[0]?.data ?? "")).toEqual({
    ...{ title: "It burns", message: "More.", text: "More.", severity: "error", labels: { team: "db" } },
  });
});
