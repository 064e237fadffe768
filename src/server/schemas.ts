/** The shapes of requests and answers, as the OpenAPI document has them. */
import { Condition } from "../api/condition.ts";
import { Type } from "../api/schema.ts";

const closed = { additionalProperties: false } as const;
const time = (description: string) => Type.String({ format: "date-time", description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const text = (description: string) => Type.String({ description });
const name = (description: string) => Type.String({ minLength: 1, maxLength: 253, description });

/** Entries of a page where nobody says, and at most. */
export const PAGE = 50;
export const LARGEST_PAGE = 500;

export const ObjectPath = Type.Object({ namespace: name("The namespace."), name: name("The name.") });
export const DefaultPath = Type.Object({ name: name("The name, in the namespace `default`.") });

export const paging = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: LARGEST_PAGE, default: PAGE, description: "At most so many." }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 600, description: "`next` of the page before." })),
};
export const namespaceFilter = {
  namespace: Type.Optional(name("Only this one. A token that is bound to several has to name one.")),
};
export const dataFlag = {
  data: Type.Optional(Type.Boolean({ default: false, description: "With message bodies; needs the role operator." })),
};

/** @returns the schema of a page of items. */
export function pageOf<T extends Parameters<typeof Type.Array>[0]>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next: Type.Optional(text("The cursor of the next page; left out on the last one.")),
  });
}

/** @returns the schema of a whole list. */
export function listOf<T extends Parameters<typeof Type.Array>[0]>(item: T) {
  return Type.Object({ items: Type.Array(item) });
}

export const ProblemSchema = Type.Object(
  {
    type: Type.Literal("about:blank"),
    title: text("The status in words."),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    code: text("One word to branch on."),
    detail: text("What is wrong, and what to do."),
    trace: Type.Optional(Type.String({ pattern: "^[0-9a-f]{32}$", description: "What the log has it under." })),
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
  },
  { description: "A problem document (RFC 9457)." },
);

const object = {
  namespace: Type.String(),
  name: Type.String(),
  title: Type.Optional(text("Free text for people.")),
  generation: count("A counter that moves with the spec."),
  observedGeneration: Type.Optional(count("The generation that was acted on.")),
  conditions: Type.Array(Condition),
};

export const IntegrationSchema = Type.Object({
  ...object,
  platform: Type.String(),
  system: Type.Optional(text("Platform, origin and identity.")),
  suspended: Type.Boolean(),
  webhook: Type.Optional(text("Where its webhooks go.")),
});
/** Of Rules and NotificationRoutes. */
export const follower = {
  ...object,
  lastFired: Type.Optional(
    Type.Object(
      {
        at: time("When it was decided that something follows."),
        event: count("The event's seq."),
        id: Type.String(),
        source: Type.String(),
        type: Type.String(),
        trace: text("32 hex digits."),
      },
      { description: "The event that was followed last." },
    ),
  ),
  lastError: Type.Optional(
    Type.Object(
      {
        at: time("When."),
        event: count("The seq of the event that it was about."),
        code: Type.String(),
        message: Type.String(),
      },
      { description: "The last attempt that failed, or template that could not be used; it may be over." },
    ),
  ),
};
export const RuleSchema = Type.Object(follower);

export const TestSchema = Type.Object({
  ok: Type.Boolean(),
  steps: Type.Array(
    Type.Object({
      name: Type.String(),
      state: Type.Enum(["ok", "warning", "failed", "skipped"]),
      message: Type.String(),
    }),
  ),
});

export const ExecuteBody = Type.Object(
  {
    action: Type.String({ minLength: 1, maxLength: 100, pattern: "^[a-z][a-z0-9_]*$", examples: ["send_message"] }),
    parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: "As the action has them." })),
  },
  closed,
);
export const ExecuteSchema = Type.Object({ result: Type.Unknown({ description: "What the action gave." }) });

export const ReconcileBody = Type.Object(
  {
    confirmRemovals: Type.Optional(
      Type.String({ maxLength: 128, description: "The hash of the plan whose removals are confirmed." }),
    ),
  },
  closed,
);
export const ReconcileSchema = Type.Object({
  queued: Type.Boolean({ description: "False when a pass was about to start anyway." }),
});

export const HealthSchema = Type.Object({
  status: Type.Enum(["healthy", "unhealthy", "error", "unknown"]),
  message: Type.Optional(Type.String()),
  checkedAt: Type.Optional(time("When it was looked at last.")),
});

export const StatsSchema = Type.Object({
  calls: count("Requests to the system."),
  errors: count("Those that failed."),
  latency: Type.Optional(Type.Object({ mean: Type.Number(), p95: Type.Number() }, { description: "Milliseconds." })),
  limits: Type.Array(
    Type.Object({
      name: Type.String(),
      limit: Type.Optional(Type.Number()),
      remaining: Type.Optional(Type.Number()),
      resetAt: Type.Optional(time("When it is full again.")),
    }),
  ),
  lastEventAt: Type.Optional(time("When its last event came.")),
});

export const DriftSchema = Type.Object({
  namespace: Type.String(),
  name: Type.String(),
  checkedAt: Type.Optional(time("When it was compared last.")),
  error: Type.Optional(text("Why nothing is known.")),
  changes: Type.Array(
    Type.Object({
      kind: Type.String(),
      key: Type.String(),
      action: Type.String(),
      fields: Type.Array(Type.String()),
      reason: Type.Optional(Type.String()),
    }),
  ),
});

const trace = text("32 hex digits.");

export const EventSchema = Type.Object({
  seq: count("Rises in the order of arrival."),
  namespace: Type.String(),
  integration: Type.Optional(text("`namespace/name`; left out for posted and own events.")),
  platform: Type.Optional(Type.String()),
  source: Type.String(),
  id: Type.String(),
  type: Type.String(),
  subject: Type.Optional(Type.String()),
  receivedAt: time("When it was taken in."),
  trace,
  hops: count("How many rules' effects lie before it."),
  state: Type.Enum(["pending", "dispatched", "failed"]),
  note: Type.Optional(text("What was looked at and did not match.")),
  repeats: count("Repeats that did nothing."),
  attributes: Type.Optional(text("The envelope without data, as JSON text; with `data=true`.")),
  data: Type.Optional(text("The data as it came; with `data=true`.")),
});

export const AttemptSchema = Type.Object({
  at: time("When it began."),
  took: Type.Number({ description: "Milliseconds." }),
  outcome: Type.Enum(["done", "retry", "unknown", "dead", "skipped", "lost"], {
    description: "`unknown`: it may have been done, since no answer came; `lost`: the process ended before it.",
  }),
  step: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
});

const delivery = {
  id: Type.String(),
  kind: Type.Enum(["rule", "notification"]),
  namespace: Type.String(),
  target: text("The Rule or route."),
  event: count("The event's seq."),
  state: Type.Enum(["waiting", "running", "done", "dead", "skipped"]),
  attempts: count("So far."),
  notBefore: time("When it is due."),
  createdAt: time("When it was written."),
  finishedAt: Type.Optional(time("When it ended.")),
  code: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  trace,
  input: Type.Optional(text("What it was given, as JSON text; with `data=true`.")),
  progress: Type.Optional(text("What was done so far, as JSON text; with `data=true`.")),
};
export const DeliverySchema = Type.Object(delivery);

/** A delivery with its attempts. */
export const DeliveryHistorySchema = Type.Object({ ...delivery, history: Type.Array(AttemptSchema) });
export const ReplayedSchema = Type.Object({ replayed: count("How many follow anew.") });

export const AcceptedSchema = Type.Object({
  events: Type.Array(
    Type.Object({
      id: Type.String(),
      seq: count("In the inbox."),
      outcome: Type.Enum(["stored", "duplicate", "replay"]),
    }),
  ),
});

export const RefusalSchema = Type.Object({
  at: time("When it came."),
  integration: Type.Optional(Type.String()),
  status: Type.Integer(),
  reason: Type.String(),
  message: Type.String(),
  remoteAddress: Type.Optional(Type.String()),
  trace,
});

export const AuditSchema = Type.Object({
  seq: count("Its place in the log."),
  at: time("When it was done."),
  actor: Type.String(),
  action: Type.String(),
  resourceType: Type.String(),
  resourceId: Type.String(),
  outcome: Type.Enum(["done", "failed"]),
  commit: Type.Optional(Type.String()),
  trace: Type.Optional(Type.String()),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  hash: text("Seals this entry and all before it."),
});

export const ReadySchema = Type.Object({ ready: Type.Boolean(), reasons: Type.Array(Type.String()) });
