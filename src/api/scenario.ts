/** Scenario: a test of rules and routes. These events come at these times; this is what follows, and nothing else. */
import { Duration, Status } from "./integration.ts";
import { Metadata, Name } from "./metadata.ts";
import { API_VERSION, type Static, Type } from "./schema.ts";

const closed = { additionalProperties: false } as const;

const text = (description: string, example: string) =>
  Type.Optional(Type.String({ minLength: 1, description, examples: [example] }));

const RFC3339 = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$";

const Event = Type.Object(
  {
    id: text("By which `events` names it; left out, `event-N`, N its place in `given`.", "db-down"),
    type: text("The CloudEvents type. Left out where `event` names a platform's own.", "task_failed"),
    source: text("Where it comes from; left out, it follows from `integration`.", "/monitoring"),
    subject: text("What it is about.", "billing"),
    time: text("RFC 3339; left out, the moment at which it comes.", "2026-01-05T12:00:00Z"),
    integration: Type.Optional(Name("The Integration that it comes through.", "acme-github")),
    platform: text("In its place the platform, when only one Integration has it.", "github"),
    event: text("The platform's own name of it.", "issues"),
    self: Type.Optional(
      Type.Boolean({ default: false, description: "The Integration's own account caused it.", examples: [true] }),
    ),
    labels: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: "What matchers and `groupBy` see.",
        examples: [{ team: "payments" }],
      }),
    ),
    extensions: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
        description: "CloudEvents extension attributes.",
        examples: [{ severity: "critical" }],
      }),
    ),
    data: Type.Optional(
      Type.Unknown({ description: "What the event says.", examples: [{ key: "app.database.pool", new: 20 }] }),
    ),
  },
  { ...closed, description: "An event, by its attributes.", examples: [{ type: "task_failed", data: { task_id: 7 } }] },
);

const Given = Type.Object(
  { at: Duration("When it comes, from the start.", "0s"), event: Event },
  { ...closed, description: "An event that comes.", examples: [{ at: "0s", event: { type: "task_failed" } }] },
);

const Silence = Type.Object(
  {
    matchers: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: "Matchers on labels, in Alertmanager's syntax; all must hold.",
      examples: [["type=task_failed", 'team=~"pay.*"']],
    }),
    at: Duration("When it begins, from the start.", "5m"),
    duration: Duration("How long it lasts.", "2h"),
    comment: text("Why.", "moving house"),
  },
  {
    ...closed,
    description: "A silence: what keeps events from being told for a time.",
    examples: [{ matchers: ["type=task_failed"], at: "5m", duration: "2h", comment: "moving house" }],
  },
);

const ExpectedNotification = Type.Object(
  {
    at: Duration("When it is sent, from the start.", "30s"),
    receiver: Name("The Integration that delivers it.", "ops-discord"),
    events: Type.Optional(
      Type.Union(
        [
          Type.Integer({ minimum: 1 }),
          Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: "All of them." }),
        ],
        {
          description: "How many events it tells of, or which: by `id`, alerts also by fingerprint.",
          examples: [2, ["db-down"]],
        },
      ),
    ),
    target: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "Fields of the receiver's target.",
        examples: [{ channel: "database" }],
      }),
    ),
    status: Type.Optional(
      Type.Enum(["firing", "resolved"], { description: "Of a group of alerts.", examples: ["firing"] }),
    ),
    urgency: Type.Optional(
      Type.Enum(["high", "medium", "low"], { description: "The route's urgency.", examples: ["high"] }),
    ),
    title: text("A part of its title.", "Configuration Changed"),
    text: text("A part of one of its lines: of its text, its facts or its events.", "New Value: 20"),
  },
  {
    ...closed,
    description: "A notification that a receiver gets; what is left out is not compared.",
    examples: [{ at: "30s", receiver: "ops-discord", events: 2 }],
  },
);
export type ExpectedNotification = Static<typeof ExpectedNotification>;

const ExpectedAction = Type.Object(
  {
    rule: Name("The Rule.", "announce-bugs"),
    action: Type.String({ minLength: 1, description: "The action's id, or its name.", examples: ["announce"] }),
    at: Type.Optional(Duration("When it is done, from the start.", "0s")),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "Those of its parameters that are compared.",
        examples: [{ channel: "#incidents" }],
      }),
    ),
  },
  {
    ...closed,
    description: "An action that a rule does; what is left out is not compared.",
    examples: [{ rule: "announce-bugs", action: "announce" }],
  },
);
export type ExpectedAction = Static<typeof ExpectedAction>;

const exampleGiven = [{ at: "0s", event: { id: "failed", type: "task_failed", data: { task_id: 7 } } }];
const exampleExpect = [{ at: "30s", receiver: "ops-discord", events: ["failed"] }];
const exampleSpec = { given: exampleGiven, expect: exampleExpect };

export const Scenario = Type.Object(
  {
    apiVersion: Type.Literal(API_VERSION, { description: "The API version.", examples: [API_VERSION] }),
    kind: Type.Literal("Scenario", { description: "The kind.", examples: ["Scenario"] }),
    metadata: Metadata,
    spec: Type.Object(
      {
        title: Type.Optional(Type.String({ description: "Free text for people.", examples: ["Failed tasks page"] })),
        start: Type.Optional(
          Type.String({
            pattern: RFC3339,
            description: "What the clock says at the start, RFC 3339; left out, 2026-01-05T12:00:00Z, a Monday.",
            examples: ["2026-01-03T09:00:00+01:00"],
          }),
        ),
        given: Type.Array(Given, { minItems: 1, description: "The events that come.", examples: [exampleGiven] }),
        silences: Type.Optional(
          Type.Array(Silence, {
            description: "The silences that hold meanwhile; left out, none.",
            examples: [[{ matchers: ["type=task_failed"], at: "0s", duration: "2h" }]],
          }),
        ),
        expect: Type.Array(Type.Union([ExpectedNotification, ExpectedAction]), {
          description: "All that follows from them; [] for nothing.",
          examples: [exampleExpect, []],
        }),
        until: Type.Optional(
          Duration("When the clock stops; left out, once nothing that came still waits to be told.", "10m"),
        ),
        compare: Type.Optional(
          Type.Enum(["All", "Notifications", "Rules"], {
            default: "All",
            description: "Of what `expect` is the whole list.",
            examples: ["Notifications"],
          }),
        ),
      },
      { ...closed, description: "What comes, and what follows.", examples: [exampleSpec] },
    ),
    status: Type.Optional(Status),
  },
  {
    ...closed,
    description: "A test of rules and routes under a clock of its own.",
    examples: [{ apiVersion: API_VERSION, kind: "Scenario", metadata: { name: "failed-tasks" }, spec: exampleSpec }],
  },
);
export type Scenario = Static<typeof Scenario>;
export type GivenEvent = Static<typeof Event>;

/** What the clock says at the start of a Scenario that states nothing: a Monday's noon, in UTC. */
export const DEFAULT_START = "2026-01-05T12:00:00Z";
