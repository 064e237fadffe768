/** What is drawn of manifests, and that both languages take every name that there could be. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGraph } from "../../../src/cli/graph/build.ts";
import { dot } from "../../../src/cli/graph/dot.ts";
import { nodeId } from "../../../src/cli/graph/graph.ts";
import { mermaid } from "../../../src/cli/graph/mermaid.ts";
import { cli, folderOf } from "../../support/cli.ts";
import { tries } from "../../support/tries.ts";
import { manifest, place } from "../fixture.ts";
import { drawn } from "./arbitrary.ts";
import { strangeToDot, strangeToMermaid } from "./grammar.ts";

const head = (kind: string, name: string, more = "") =>
  `apiVersion: plumbline.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name}${more} }\nspec:\n`;

const office = {
  "acme.yaml": manifest(
    `    rooms:
      - name: a
        members: [ada@example.com]
        notes: [{ title: one }, { title: two }]
      - name: b
    teams:
      - handle: oncall
        rooms: [a]
`,
    '  title: Say "hi"\n  dependsOn: [chat]\n',
  ),
  "chat.yaml": `${head("Integration", "chat")}  platform: slack\n  connection: { defaultChannel: ops }\n  credentials: { token: { env: T } }\n`,
  "spare.yaml": `${head("Integration", "spare")}  platform: slack\n  connection: { defaultChannel: ops }\n  credentials: { token: { env: T } }\n`,
  "rule.yaml": `${head("Rule", "announce")}  trigger: { integration: acme, event: [opened, closed] }
  actions:
    - { integration: chat, action: send_message, parameters: { message: Hello }, fallback: spare }
`,
  "posted.yaml": `${head("Rule", "posted")}  trigger: { type: com.example.* }
  actions: [{ integration: chat, action: send_message, parameters: { message: Hello } }]
`,
  "route.yaml": `${head("NotificationRoute", "ops")}  match: { types: [fake.opened, plumbline.drift.*] }
  receivers: [{ integration: chat, target: { channel: ops } }]
  routes:
    - match: { severity: [critical], matchers: ['team="pay"'] }
      receivers: [{ integration: chat, fallback: spare }]
    - receivers: [{ integration: spare }]
`,
};

async function graph(files: Readonly<Record<string, string>>, flags = ""): Promise<string> {
  const { code, stdout, stderr } = await place(files).run(`graph ${flags}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("a drawing shows", () => {
  test.each([
    { what: "an Integration with platform and title", line: 'integration_x_acme["acme<br/>fake<br/>Say #34;hi#34;"]' },
    { what: "its kinds, counted", line: 'kind_x_acme_x_rooms("rooms (2)")' },
    { what: "nested kinds, counted", line: 'kind_x_acme_x_rooms_2e_notes("rooms.notes (2)")' },
    { what: "which kind refers to which", line: 'kind_x_acme_x_teams -.->|"refers to"| kind_x_acme_x_rooms' },
    { what: "what waits for what", line: 'integration_x_acme -.->|"depends on"| integration_x_chat' },
    { what: "what triggers a rule", line: 'integration_x_acme -->|"opened, closed"| rule_x_announce' },
    { what: "what a rule does", line: 'rule_x_announce -->|"send_message"| integration_x_chat' },
    {
      what: "what a rule falls back to",
      line: 'rule_x_announce -.->|"send_message, when the other is down"| integration_x_spare',
    },
    { what: "events that other programs post", line: 'event_x_com_2e_example_2e__2a_(["com.example.#42;"])' },
    { what: "where a route's events come from", line: 'integration_x_acme -->|"opened"| notificationroute_x_ops' },
    { what: "where a route sends them", line: 'notificationroute_x_ops -->|"ops"| integration_x_chat' },
    { what: "a nested route with its match", line: 'route_x_ops_x_0[/"severity: critical<br/>team=#34;pay#34;"/]' },
    { what: "a nested route that matches everything", line: 'route_x_ops_x_1[/"everything"/]' },
    { what: "what a receiver falls back to", line: 'route_x_ops_x_0 -.->|"when chat is down"| integration_x_spare' },
  ])("$what", async ({ line }) => {
    expect((await graph(office)).split("\n").map((text) => text.trim())).toContain(line);
  });

  test("not every entry: the things themselves are not named", async () => {
    expect(await graph(office)).not.toMatch(/ada@|"a"|"b"|oncall/);
  });

  test("the namespace where there are several, and no arrow across them", async () => {
    const files = { ...office, "other.yaml": `${head("Integration", "chat", ", namespace: team")}  platform: fake\n` };
    const text = await graph(files);
    expect(text).toContain('integration_x_team_x_chat["team/chat<br/>fake"]');
    expect(text).toContain('["default/acme<br/>');
    expect(text.split("\n").filter((line) => /-->|-\.->/.test(line) && line.includes("_x_team_"))).toEqual([]);
  });

  test("in DOT the same shapes and edges", async () => {
    const text = await graph(office, "-o dot");
    expect(text).toContain('    integration_x_acme [shape=box, style=bold, label="acme\\nfake\\nSay \\"hi\\""];\n');
    expect(text).toContain(
      '  rule_x_announce -> integration_x_spare [style=dashed, label="send_message, when the other is down"];\n',
    );
    expect(strangeToDot(text)).toEqual([]);
  });
});

test("manifests that are wrong are not drawn: their problems are shown, and the end is 1", async () => {
  const files = {
    ...office,
    "wrong.yaml": `${head("Rule", "wrong")}  trigger: { integration: nobody }\n  actions: []\n`,
  };
  const { code, stdout, stderr } = await place(files).run("graph");
  expect(stderr).toContain("wrong.yaml:6:12");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});

test("the order of the files does not matter, and neither does that of the manifests", async () => {
  const reversed = Object.fromEntries(
    Object.entries(office).map(([name, text], index) => [`${9 - index}-${name}`, text]),
  );
  expect(await graph(reversed)).toBe(await graph(office));
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 6 }), (names) => {
      const integrations = names.map((name) => ({
        object: {
          apiVersion: "plumbline.dev/v1alpha1",
          kind: "Integration",
          metadata: { name },
          spec: { platform: "x" },
        } as const,
        ...{ kinds: [], references: [] },
      }));
      const forth = buildGraph({ integrations, rules: [], routes: [] });
      expect(buildGraph({ integrations: integrations.toReversed(), rules: [], routes: [] })).toEqual(forth);
    }),
    tries(100),
  );
});

test("an own connector's code is not run, and only its top-level kinds are counted", async () => {
  const cwd = folderOf({
    "plumbline.config.yaml": "connectors: [./own.mjs]\n",
    "own.mjs": "throw new Error('it ran');",
    "a.yaml": `${head("Integration", "own")}  platform: own\n  resources: { shelves: [{ name: a, books: [{}] }] }\n`,
  });
  const { code, stdout, stderr } = await cli(["graph"], { cwd });
  expect(stdout).toContain('("shelves (1)")');
  expect(stdout).not.toContain("books");
  expect(stderr).toContain("--load-connectors");
  expect(code).toBe(0);
});

test("ids tell apart whatever differs", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary" }), { minLength: 2, maxLength: 2 }),
      fc.array(fc.string({ unit: "binary" }), { minLength: 2, maxLength: 2 }),
      (a, b) => {
        const [one, other] = [nodeId("kind", "default", ...a), nodeId("kind", "default", ...b)];
        expect(one === other).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(one).toMatch(/^kind(_x_\w*){2}$/);
      },
    ),
    tries(100),
  );
  expect(nodeId("kind", "default", "a_x", "b")).not.toBe(nodeId("kind", "default", "a", "x_b"));
});

describe("whatever names and titles hold", () => {
  test("Mermaid's sentences stay whole, and every arrow has two boxes", () => {
    fc.assert(
      fc.property(drawn, (manifests) => {
        const drawing = buildGraph(manifests);
        const text = mermaid(drawing);
        expect(strangeToMermaid(text)).toEqual([]);
        const boxes = new Set([...drawing.groups.flatMap(({ nodes }) => nodes), ...drawing.nodes].map(({ id }) => id));
        expect(drawing.edges.filter(({ from, to }) => !boxes.has(from) || !boxes.has(to))).toEqual([]);
      }),
      tries(300),
    );
  });

  test("DOT's sentences stay whole", () => {
    fc.assert(
      fc.property(drawn, (manifests) => {
        expect(strangeToDot(dot(buildGraph(manifests)))).toEqual([]);
      }),
      tries(300),
    );
  });

  const missing = spawnSync("dot", ["-V"]).error !== undefined;
  test.skipIf(missing)(
    `Graphviz draws them${missing ? " (skipped: it is not installed; apt-get install graphviz)" : ""}`,
    () => {
      const drawings = fc.sample(drawn, { numRuns: 40, seed: 7 }).map((manifests) => dot(buildGraph(manifests)));
      const { status, stdout, stderr } = spawnSync("dot", ["-Tsvg"], { input: drawings.join("\n"), encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout.match(/<\/svg>/g)?.length).toBe(drawings.length);
    },
  );
});
