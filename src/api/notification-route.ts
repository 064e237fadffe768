/** NotificationRoute: who hears about what, how often, in which form. */
import { Duration, Status } from "./integration.ts";
import { Metadata, Name } from "./metadata.ts";
import { API_VERSION, type Static, Type } from "./schema.ts";

const closed = { additionalProperties: false } as const;

const strings = (description: string, example: readonly string[]) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description, examples: [example] }));

const Match = Type.Object(
  {
    types: strings("Globs on the event's type.", ["plumbline.config.changed", "task_failed"]),
    keys: strings("Globs on a changed key.", ["*.database.*"]),
    severity: strings("Any of these severities.", ["critical", "error"]),
    matchers: strings("Matchers on labels, in Alertmanager's syntax.", ['environment="production"']),
  },
  { ...closed, description: "Which events; all parts must hold.", examples: [{ types: ["task_failed"] }] },
);

const Weekday = Type.Enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]);

const TimeInterval = Type.Object(
  {
    weekdays: Type.Optional(
      Type.Array(Weekday, { description: "Days of the week.", examples: [["saturday", "sunday"]] }),
    ),
    times: Type.Optional(
      Type.Array(
        Type.Object(
          {
            start: Type.String({
              pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
              description: "From, HH:MM.",
              examples: ["09:00"],
            }),
            end: Type.String({
              pattern: "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
              description: "Until, HH:MM.",
              examples: ["17:00"],
            }),
          },
          { ...closed, description: "A part of the day.", examples: [{ start: "09:00", end: "17:00" }] },
        ),
        { description: "Parts of the day.", examples: [[{ start: "09:00", end: "17:00" }]] },
      ),
    ),
    daysOfMonth: strings("Days of the month; ranges as 1:5, from the end as -1.", ["1:5"]),
    months: strings("Months, by name or number; ranges as 1:3.", ["december"]),
    years: strings("Years; ranges as 2026:2027.", ["2026"]),
    location: Type.Optional(
      Type.String({ minLength: 1, description: "An IANA time zone; left out, UTC.", examples: ["Europe/Berlin"] }),
    ),
  },
  {
    ...closed,
    description: "A recurring time.",
    examples: [{ weekdays: ["saturday", "sunday"], location: "Europe/Berlin" }],
  },
);

const Inhibit = Type.Object(
  {
    source: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: "Matchers of the events that mute others.",
      examples: [['severity="critical"']],
    }),
    target: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: "Matchers of the events that are muted.",
      examples: [['severity="warning"']],
    }),
    equal: strings("Labels that must be equal in both.", ["host"]),
  },
  {
    ...closed,
    description: "Events that mute others while they fire.",
    examples: [{ source: ['severity="critical"'], target: ['severity="warning"'], equal: ["host"] }],
  },
);

const Receiver = Type.Object(
  {
    integration: Name("The Integration that delivers.", "ops-discord"),
    target: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "Where in that system; the connector's own fields.",
        examples: [{ channel: "database" }],
      }),
    ),
    mentions: strings("Who is mentioned.", ["@devops"]),
    template: Type.Optional(
      Type.String({
        minLength: 1,
        description: "A built-in template, a file under templates/, or the text itself.",
        examples: ["config-change"],
      }),
    ),
    update: Type.Optional(
      Type.Boolean({
        default: false,
        description: "Edit the earlier message instead of sending a new one.",
        examples: [true],
      }),
    ),
    fallback: Type.Optional(Name("Another Integration, for when this one is down.", "backup-chat")),
  },
  {
    ...closed,
    description: "Where a notification goes.",
    examples: [{ integration: "ops-discord", target: { channel: "database" } }],
  },
);

/** The fields that a nested route may set too. */
const routeFields = {
  urgency: Type.Optional(
    Type.Enum(["high", "medium", "low"], { description: "Goes with the notification.", examples: ["high"] }),
  ),
  match: Type.Optional(Match),
  groupBy: strings("Labels whose values make a group.", ["type", "environment"]),
  groupWait: Type.Optional(Duration("How long a new group waits for more.", "5s")),
  groupInterval: Type.Optional(Duration("The least time between two notifications of a group.", "1m")),
  repeatInterval: Type.Optional(Duration("When a notification that still fires is sent again.", "4h")),
  throttle: Type.Optional(Duration("The least time between two notifications of the same type.", "5s")),
  batch: Type.Optional(
    Type.Object(
      {
        size: Type.Optional(
          Type.Integer({ minimum: 1, description: "So many events are sent at once, early.", examples: [10] }),
        ),
        timeout: Type.Optional(Duration("How long a batch waits.", "30s")),
      },
      { ...closed, description: "Send many events together.", examples: [{ size: 10, timeout: "30s" }] },
    ),
  ),
  muteTimes: Type.Optional(
    Type.Array(TimeInterval, {
      description: "When nothing is sent.",
      examples: [[{ weekdays: ["saturday", "sunday"] }]],
    }),
  ),
  activeTimes: Type.Optional(
    Type.Array(TimeInterval, {
      description: "The only times when something is sent.",
      examples: [[{ weekdays: ["monday"] }]],
    }),
  ),
  receivers: Type.Optional(
    Type.Array(Receiver, { description: "Where it goes.", examples: [[{ integration: "ops-discord" }]] }),
  ),
  continue: Type.Optional(
    Type.Boolean({ default: false, description: "Ask the next sibling route too.", examples: [false] }),
  ),
};

const nestedRoutes = (item: object) =>
  Type.Optional(
    Type.Unsafe<readonly unknown[]>({
      type: "array",
      items: item,
      description: "Nested routes; they inherit what they leave out.",
      examples: [[{ match: { severity: ["critical"] }, receivers: [{ integration: "pager" }] }]],
    }),
  );

const NestedRoute = Type.Object(
  { ...routeFields, routes: nestedRoutes({ $ref: "#/$defs/route" }) },
  { ...closed, description: "A route under another one.", examples: [{ match: { severity: ["critical"] } }] },
);

const exampleSpec = {
  match: { types: ["task_failed"] },
  receivers: [{ integration: "ops-discord", target: { channel: "database" } }],
};

export const NotificationRoute = Type.Object(
  {
    apiVersion: Type.Literal(API_VERSION, { description: "The API version.", examples: [API_VERSION] }),
    kind: Type.Literal("NotificationRoute", { description: "The kind.", examples: ["NotificationRoute"] }),
    metadata: Metadata,
    spec: Type.Object(
      {
        title: Type.Optional(Type.String({ description: "Free text for people.", examples: ["Operations"] })),
        ...routeFields,
        inhibit: Type.Optional(
          Type.Array(Inhibit, { description: "Events that mute others; at the root only.", examples: [[]] }),
        ),
        routes: nestedRoutes({ $ref: "#/$defs/route" }),
      },
      { ...closed, description: "Who hears about what, how often, in which form.", examples: [exampleSpec] },
    ),
    status: Type.Optional(Status),
  },
  {
    ...closed,
    description: "Who hears about what, how often, in which form.",
    examples: [{ apiVersion: API_VERSION, kind: "NotificationRoute", metadata: { name: "ops" }, spec: exampleSpec }],
    $defs: { route: NestedRoute },
  },
);

type RouteFields = Omit<Static<typeof NestedRoute>, "routes">;
export interface NestedRoute extends RouteFields {
  routes?: readonly NestedRoute[];
}
export type NotificationRoute = Omit<Static<typeof NotificationRoute>, "spec"> & {
  spec: Omit<Static<typeof NotificationRoute>["spec"], "routes"> & { routes?: readonly NestedRoute[] };
};
