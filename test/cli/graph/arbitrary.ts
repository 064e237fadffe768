/** Manifests with the oddest names and titles that anybody could write. */
import fc from "fast-check";
import type { Drawn } from "../../../src/cli/graph/build.ts";

const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "end",
    "graph",
    "subgraph",
    "style",
    "click",
    "node",
    "strict",
    "",
    " ",
    "1. one",
    "- a",
    "`b`",
    "#35;",
    "&lt;",
  ),
  fc.constantFrom(
    '"',
    "\\",
    '\\"',
    "]",
    "[",
    "}}",
    "|",
    "-->",
    "%%",
    "\n",
    "\r\n",
    "<b>",
    "<!--",
    ";",
    "\u0000",
    "\\N",
    "x\\",
  ),
);
const metadata = fc.record({ name: odd, namespace: odd }, { requiredKeys: ["name"] });
const optional = { requiredKeys: [] as never[] };

const integration = fc.record({
  object: fc.record({
    apiVersion: fc.constant("plumbline.dev/v1alpha1" as const),
    kind: fc.constant("Integration" as const),
    metadata,
    spec: fc.record(
      { platform: odd, title: odd, dependsOn: fc.array(odd, { maxLength: 2 }) },
      { requiredKeys: ["platform"] },
    ),
  }),
  kinds: fc.array(fc.record({ kind: odd, count: fc.nat(9) }), { maxLength: 3 }),
  references: fc.array(fc.record({ from: odd, to: odd }), { maxLength: 2 }),
});

const rule = fc.record({
  kind: fc.constant("Rule" as const),
  metadata,
  spec: fc.record(
    {
      title: odd,
      trigger: fc.record(
        { integration: odd, platform: odd, type: odd, event: fc.array(odd, { maxLength: 2 }) },
        optional,
      ),
      actions: fc.array(fc.record({ integration: odd, action: odd, fallback: odd }), { maxLength: 2 }),
    },
    { requiredKeys: ["trigger", "actions"] },
  ),
});

const match = fc.record(
  {
    types: fc.array(odd, { maxLength: 2 }),
    severity: fc.array(odd, { maxLength: 2 }),
    matchers: fc.array(odd, { maxLength: 2 }),
  },
  optional,
);
const receivers = fc.array(
  fc.record({ integration: odd, fallback: odd, target: fc.dictionary(odd, odd, { maxKeys: 2 }) }),
  { maxLength: 2 },
);
const nested = fc.record({ match, receivers }, optional);
const route = fc.record({
  kind: fc.constant("NotificationRoute" as const),
  metadata,
  spec: fc.record({ title: odd, match, receivers, routes: fc.array(nested, { maxLength: 2 }) }, optional),
});

/** Names repeat, so that references lead somewhere. */
export const drawn = fc.record({
  integrations: fc.array(integration, { maxLength: 3 }),
  rules: fc.array(rule, { maxLength: 2 }),
  routes: fc.array(route, { maxLength: 2 }),
}) as unknown as fc.Arbitrary<Drawn>;
