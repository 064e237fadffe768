/** Rule: when this event arrives, do these actions. */
import { Duration, Status } from "./integration.ts";
import { Metadata, Name } from "./metadata.ts";
import { API_VERSION, type Static, Type } from "./schema.ts";

const closed = { additionalProperties: false } as const;

const exampleTrigger = { integration: "support", event: "ticket_created" };
const exampleStep = {
  integration: "acme-slack",
  action: "send_message",
  parameters: { channel: "#ops", message: "Hello" },
};
const exampleSpec = { trigger: exampleTrigger, actions: [exampleStep] };

const Trigger = Type.Object(
  {
    integration: Type.Optional(Name("The Integration whose events these are.", "support")),
    platform: Type.Optional(
      Type.String({
        minLength: 1,
        description: "The platform, when only one Integration has it.",
        examples: ["freshdesk"],
      }),
    ),
    event: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
        description: "The platform's own event name, a list of them, or a glob.",
        examples: ["ticket_created", ["issues", "pull_request"]],
      }),
    ),
    type: Type.Optional(
      Type.String({
        minLength: 1,
        description: "A glob on the whole CloudEvents type, for posted events and Plumbline's own.",
        examples: ["com.example.*"],
      }),
    ),
    conditions: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "Equality by dotted path; a list means any of.",
        examples: [{ priority: 4 }],
      }),
    ),
    when: Type.Optional(
      Type.String({
        minLength: 1,
        description: "A CEL expression, for what equality cannot say.",
        examples: ["event.data.ticket.priority >= 3"],
      }),
    ),
    self: Type.Optional(
      Type.Enum(["Ignore", "Allow"], {
        default: "Ignore",
        description: "Events that the Integration's own account caused.",
        examples: ["Ignore"],
      }),
    ),
  },
  { ...closed, description: "Which events.", examples: [exampleTrigger] },
);

const ActionStep = Type.Object(
  {
    id: Type.Optional(Name("A name by which later actions read this one's result.", "announce")),
    integration: Type.Optional(Name("The Integration that acts.", "acme-slack")),
    platform: Type.Optional(
      Type.String({
        minLength: 1,
        description: "The platform, when only one Integration has it.",
        examples: ["slack"],
      }),
    ),
    action: Type.String({
      pattern: "^[a-z][a-z0-9_]*$",
      description: "The connector's action: verb_noun.",
      examples: ["send_message"],
    }),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "The action's parameters; strings may hold Handlebars templates.",
        examples: [{ channel: "#urgent-tickets", message: "Urgent ticket: {{ticket.subject}}" }],
      }),
    ),
    when: Type.Optional(
      Type.String({
        minLength: 1,
        description: "A CEL expression; may read outputs.<id>.",
        examples: ["outputs.announce.ts != ''"],
      }),
    ),
    retry: Type.Optional(
      Type.Object(
        {
          maxAttempts: Type.Optional(
            Type.Integer({ minimum: 1, description: "How often it is tried.", examples: [5] }),
          ),
        },
        { ...closed, description: "How it is tried again.", examples: [{ maxAttempts: 5 }] },
      ),
    ),
    onFailure: Type.Optional(
      Type.Enum(["Stop", "Continue"], {
        default: "Stop",
        description: "What a failure does to the actions after it.",
        examples: ["Stop"],
      }),
    ),
    fallback: Type.Optional(Name("Another Integration, for when this one is down.", "backup-chat")),
  },
  {
    ...closed,
    description: "One action.",
    examples: [exampleStep],
  },
);

export const Rule = Type.Object(
  {
    apiVersion: Type.Literal(API_VERSION, { description: "The API version.", examples: [API_VERSION] }),
    kind: Type.Literal("Rule", { description: "The kind.", examples: ["Rule"] }),
    metadata: Metadata,
    spec: Type.Object(
      {
        title: Type.Optional(
          Type.String({ description: "Free text for people.", examples: ["Announce urgent tickets"] }),
        ),
        trigger: Trigger,
        actions: Type.Array(ActionStep, {
          minItems: 1,
          description: "What is done, in order.",
          examples: [[exampleStep]],
        }),
        concurrency: Type.Optional(
          Type.Integer({ minimum: 1, description: "Runs of this rule at once, of different subjects.", examples: [4] }),
        ),
        dedupe: Type.Optional(
          Type.Object(
            {
              key: Type.String({
                minLength: 1,
                description: "A template; events with the same result are one event.",
                examples: ["{{ticket.id}}"],
              }),
              window: Duration("For how long.", "10m"),
            },
            {
              ...closed,
              description: "Runs once for events with the same key.",
              examples: [{ key: "{{ticket.id}}", window: "10m" }],
            },
          ),
        ),
      },
      { ...closed, description: "When this event arrives, do these actions.", examples: [exampleSpec] },
    ),
    status: Type.Optional(Status),
  },
  {
    ...closed,
    description: "When an event arrives, do actions.",
    examples: [{ apiVersion: API_VERSION, kind: "Rule", metadata: { name: "urgent" }, spec: exampleSpec }],
  },
);
export type Rule = Static<typeof Rule>;
