/** What the API shows of notifications and silences. */
import { Type } from "../api/schema.ts";
import { DeliveryHistorySchema, EventSchema, follower } from "./schemas.ts";

const count = (description: string) => Type.Integer({ minimum: 0, description });
const optional = (description: string) => Type.Optional(Type.String({ description }));

export const RouteSchema = Type.Object({
  ...follower,
  routes: count("How many routes its tree has; 0 while none is in force."),
  receivers: Type.Array(Type.String()),
});

export const NoticeSchema = Type.Object({
  seq: Type.Integer(),
  at: Type.String(),
  kind: Type.Enum(["notify", "hold", "withhold", "lost"]),
  reason: Type.String({ description: "Such as `New`, `Repeat`, `Throttled`, `Silenced`." }),
  namespace: Type.String(),
  route: Type.String(),
  path: Type.Array(Type.Integer(), { description: "Positions in `routes`." }),
  groupKey: Type.String(),
  groupLabels: Type.Record(Type.String(), Type.String()),
  events: Type.Array(Type.Integer(), { description: "Of many the newest 100." }),
  eventCount: count("How many events it is about."),
  heldBack: count("How many of them a throttle had held back."),
  by: optional("The silence's id, or the alert that inhibits."),
  until: optional("When what is held goes on."),
  status: optional("Of alerts: `firing` or `resolved`."),
  receiver: optional("The Integration that is to deliver it."),
  delivery: optional("Its delivery's id."),
  state: optional("What became of it."),
  attempts: Type.Optional(Type.Integer()),
  resent: Type.Optional(
    count(
      "Set for a repeat: so many earlier attempts ended without anybody knowing whether they told it, so that the receiver may have it more than once, under one key.",
    ),
  ),
  code: optional("Why it failed."),
  message: optional("The same, for people."),
  told: Type.Optional(
    Type.Object({
      at: Type.String(),
      via: Type.String({ description: "The Integration that delivered it: the receiver, or its fallback." }),
      title: Type.String(),
      reference: optional("By which the platform finds it again."),
      truncated: optional("What was left out for the platform's limits."),
      fault: optional("Why its template was not used."),
    }),
  ),
});

export const EventHistorySchema = Type.Object({
  event: EventSchema,
  deliveries: Type.Array(DeliveryHistorySchema),
  notices: Type.Array(NoticeSchema, { description: "What routes did with it, the oldest first." }),
});

const outcomes = {
  total: count("Notifications, one for each receiver."),
  delivered: count("Those that were delivered."),
  waiting: count("Those that are tried or wait."),
  failed: count("Those that were given up."),
};

export const NoticeStatsSchema = Type.Object({
  ...outcomes,
  repeated: count("Of the total, those that were told again since they still held."),
  suppressed: Type.Object({
    throttled: count("Events that a throttle held back."),
    muted: count("Events that a time held back."),
    silenced: count("Events that a silence withheld."),
    inhibited: count("Events that another alert withheld."),
    lost: count("Events whose route was gone."),
  }),
  receivers: Type.Record(Type.String(), Type.Object(outcomes)),
});

export const SilenceSchema = Type.Object({
  id: Type.String(),
  namespace: Type.String(),
  matchers: Type.Array(Type.String()),
  state: Type.Enum(["pending", "active", "expired"]),
  startsAt: Type.String(),
  endsAt: Type.String(),
  createdAt: Type.String(),
  createdBy: Type.String(),
  comment: optional("Why."),
});
