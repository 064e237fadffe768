/**
 * Series of alerts whose notifications are compared with the real Alertmanager's: one route each, told apart by the
 * label `scenario`, so that all run at the same time. No two things happen closer together than the tolerance.
 */
import type { NestedRoute, NotificationRoute } from "../../src/api/notification-route.ts";
import type { Labels } from "../../src/notifications/index.ts";

/** What happens, and when, in seconds. */
export interface Step {
  at: number;
  labels: Labels;
  firing: boolean;
  /** It began so many seconds earlier. */
  age?: number;
}

export interface Scenario {
  name: string;
  /** Seconds that it takes. */
  until: number;
  route: NestedRoute;
  steps: readonly Step[];
  silence?: { label: string; from: number; until: number };
}

const fires = (at: number, id: string, more: Labels = {}): Step => ({ at, labels: { id, ...more }, firing: true });
const ends = (at: number, id: string, more: Labels = {}): Step => ({ at, labels: { id, ...more }, firing: false });
const times = { groupWait: "2s", groupInterval: "5s" };

export const scenarios: readonly Scenario[] = [
  { name: "together", until: 9, route: times, steps: [fires(0, "a"), fires(1, "b")] },
  { name: "later", until: 9, route: times, steps: [fires(0, "a"), fires(4, "b")] },
  { name: "ends", until: 9, route: times, steps: [fires(0, "a"), ends(4, "a")] },
  { name: "unheard", until: 9, route: times, steps: [fires(0, "a"), ends(1, "a")] },
  {
    name: "groups",
    until: 9,
    route: { ...times, groupBy: ["host"] },
    steps: [fires(0, "a", { host: "x" }), fires(1, "b", { host: "y" }), fires(1, "c")],
  },
  { name: "all-labels", until: 9, route: { ...times, groupBy: ["..."] }, steps: [fires(0, "a"), fires(0.5, "b")] },
  { name: "old", until: 9, route: { groupWait: "6s", groupInterval: "20s" }, steps: [{ ...fires(1, "a"), age: 60 }] },
  {
    name: "muted",
    until: 9,
    route: { ...times, muteTimes: [{ times: [{ start: "00:00", end: "24:00" }] }] },
    steps: [fires(0, "a")],
  },
  { name: "partly-ends", until: 9, route: times, steps: [fires(0, "a"), fires(0, "b"), ends(4, "a")] },
  {
    name: "continues",
    until: 9,
    route: {
      ...times,
      routes: [
        { match: { matchers: ["id=a"] }, receivers: [{ integration: "continues-1" }], continue: true },
        { groupWait: "4s", receivers: [{ integration: "continues-2" }] },
      ],
    },
    steps: [fires(0, "a"), fires(0, "b")],
  },
  {
    name: "repeats",
    until: 22,
    route: { groupWait: "1s", groupInterval: "3s", repeatInterval: "5s" },
    steps: [fires(0, "a")],
  },
  { name: "again", until: 22, route: times, steps: [fires(0, "a"), ends(4, "a"), fires(9, "a"), ends(14, "a")] },
  {
    name: "inhibited",
    until: 22,
    route: { ...times, groupBy: ["..."] },
    steps: [
      fires(0, "a", { level: "high", host: "x" }),
      fires(0.5, "b", { level: "low", host: "x" }),
      fires(0.5, "c", { level: "low", host: "y" }),
      ends(5, "a", { level: "high", host: "x" }),
    ],
  },
  {
    name: "silenced",
    until: 22,
    route: times,
    steps: [fires(1, "a"), fires(1, "b")],
    silence: { label: "a", from: 0, until: 10 },
  },
  {
    name: "never-active",
    until: 22,
    route: { ...times, activeTimes: [{ years: ["2000"] }] },
    steps: [fires(0, "a")],
  },
  {
    name: "waves",
    until: 22,
    route: times,
    steps: [fires(0, "a"), fires(3, "b"), ends(5, "b"), fires(8, "c"), ends(10, "a"), ends(15, "c")],
  },
];

/** One manifest of all scenarios, without any throttle: exactly Alertmanager's behaviour. */
export function manifestOf(chosen: readonly Scenario[]): NotificationRoute {
  return {
    apiVersion: "plumbline.dev/v1alpha1",
    kind: "NotificationRoute",
    metadata: { name: "scenarios" },
    spec: {
      receivers: [{ integration: "none" }],
      groupBy: ["scenario"],
      throttle: "0s",
      repeatInterval: "1h",
      inhibit: [{ source: ["level=high"], target: ["level=low"], equal: ["scenario", "host"] }],
      routes: chosen.map(({ name, route }) => ({
        ...route,
        match: { matchers: [`scenario=${name}`] },
        receivers: [{ integration: name }],
      })),
    },
  };
}
