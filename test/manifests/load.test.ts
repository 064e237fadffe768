import { describe, expect, test } from "vitest";
import { loadManifests } from "../../src/manifests/load.ts";
import type { Problem } from "../../src/manifests/types.ts";
import { folderWith, integration, load, platformSource } from "./fake-platform.ts";

const good = integration("  title: Good\n");

/** `code file:line:column` of each problem. */
function places(problems: readonly Problem[]): string[] {
  return problems.map(({ code, file, line, column }) => `${code} ${file}:${line}:${column}`);
}

/** The problems of one Integration with these lines under `spec`, which start on line 8. */
async function problemsOf(spec: string): Promise<Problem[]> {
  return (await load({ "a.yaml": integration(spec) })).problems;
}

describe("what is a manifest", () => {
  test("other programs' YAML is skipped and counted, broken or not", async () => {
    const loaded = await load({
      "a.yaml": good,
      "compose.yaml": "services: {}\n",
      "chart/templates/x.yaml": "a: {{ .Values.x }\n{{- end }}\n",
      "cloudformation.yml": "A: !Ref b\n",
      "list.json": "[1]",
      "empty.yaml": "",
      "wide.yaml": Buffer.from("a: 1\n", "utf16le"),
      "plan.json": '{"apiVersion": "plumbline.dev/v1alpha1", "kind": "Plan"}',
      "plumbline.config.yaml": "allow: {}\n",
    });
    expect(loaded.problems).toEqual([]);
    expect(loaded.manifests.map(({ object }) => object.metadata.name)).toEqual(["one"]);
    expect({ files: loaded.files, skipped: loaded.skipped }).toEqual({ files: 8, skipped: 7 });
  });

  test("a folder that holds nothing but other programs' YAML is a problem: nothing in it was checked", async () => {
    const { problems } = await load({ "compose.yaml": "services: {}\n", "misspelt.yaml": good.replace("b", "") });
    expect(problems).toMatchObject([
      { code: "NoManifests", message: "None of the 2 documents is a manifest of Plumbline." },
    ]);
  });

  test("a broken file that was named by itself is a problem whoever it belongs to", async () => {
    const { problems } = await load({ "x.txt": "a: {{ b }\n" }, ["x.txt"]);
    expect(places(problems)).toEqual(["YamlSyntax x.txt:2:1"]);
  });

  test("status is ignored, whatever it holds", async () => {
    const { problems, manifests } = await load({ "a.yaml": `${good}status: { conditions: 5 }\n` });
    expect(problems).toEqual([]);
    expect(manifests[0]?.object).not.toHaveProperty("status");
  });

  test.each<{ name: string; text: string; place: string; message: string }>([
    {
      name: "another version",
      text: good.replace("v1alpha1", "v2"),
      place: "UnknownVersion a.yaml:1:13",
      message: 'This version of Plumbline does not know apiVersion "plumbline.dev/v2".',
    },
    {
      name: "a misspelt kind",
      text: good.replace("kind: Integration", "kind: Integratoin"),
      place: "UnknownKind a.yaml:2:7",
      message: 'There is no kind "Integratoin". Did you mean "Integration"?',
    },
    {
      name: "a misspelt platform",
      text: good.replace("platform: acme", "platform: amce"),
      place: "UnknownPlatform a.yaml:6:13",
      message: 'There is no platform "amce". Did you mean "acme"?',
    },
    {
      name: "a misspelt apiVersion",
      text: good.replace("apiVersion", "apiversion"),
      place: "UnknownField a.yaml:1:1",
      message: 'Unknown field "apiversion". Did you mean "apiVersion"?',
    },
    {
      name: "a misspelt key kind",
      text: good.replace("kind:", "knid:"),
      place: "UnknownField a.yaml:2:1",
      message: 'Unknown field "knid". Did you mean "kind"?',
    },
  ])("$name is one problem that names the right word", async ({ text, place, message }) => {
    const { problems, manifests } = await load({ "a.yaml": text });
    expect(places(problems)).toEqual([place]);
    expect(problems[0]?.message).toBe(message);
    expect(manifests).toEqual([]);
  });

  test("of a platform whose code may not run, all but its own part is checked", async () => {
    const own = good.replace("platform: acme", "platform: own");
    const rest = "  resources: { anything: 5 }\n";
    const { unchecked, problems } = await load({ "a.yaml": own + rest });
    expect({ unchecked, problems }).toEqual({ unchecked: ["own"], problems: [] });
    const { problems: found } = await load({ "a.yaml": `${own}${rest}  suspnd: true\n` });
    expect(places(found)).toEqual(["UnknownField a.yaml:10:3"]);
  });

  test("a connector that cannot be compiled is a problem of the Integration that names it", async () => {
    const platforms = { ...platformSource(), load: async () => Promise.reject(new Error('Connector "acme": broken.')) };
    const { problems } = await loadManifests({ inputs: ["."], cwd: folderWith({ "a.yaml": good }), platforms });
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ["BrokenConnector", 'Connector "acme": broken.'],
    ]);
  });
});

describe("files that cannot be read as they are", () => {
  test.each<{ name: string; content: Uint8Array | string; place: string; says: RegExp }>([
    {
      name: "UTF-16 with a mark",
      content: Buffer.from(`\uFEFF${good}`, "utf16le"),
      place: "NotUtf8 a.yaml:1:1",
      says: /UTF-16/,
    },
    {
      name: "UTF-16 without a mark",
      content: Buffer.from(good, "utf16le").swap16(),
      place: "NotUtf8 a.yaml:1:1",
      says: /UTF-16/,
    },
    {
      name: "Latin-1",
      content: Buffer.from(integration("  title: caf\u00e9\n"), "latin1"),
      place: "NotUtf8 a.yaml:8:13",
      says: /not UTF-8/,
    },
    {
      name: "more than 4 MiB",
      content: `${good}# ${"x".repeat(4 * 1024 * 1024)}`,
      place: "FileTooLarge a.yaml:1:1",
      says: /4 MiB/,
    },
    { name: "a tab", content: good.replace("  name", "\tname"), place: "TabIndentation a.yaml:4:1", says: /tab/ },
  ])("$name is one problem", async ({ content, place, says }) => {
    const { problems, manifests } = await load({ "a.yaml": content, "b.yaml": integration("", "two") });
    expect(places(problems)).toEqual([place]);
    expect(problems[0]?.message).toMatch(says);
    expect(problems[0]?.remedy).not.toBe("");
    expect(manifests.map(({ object }) => object.metadata.name)).toEqual(["two"]);
  });

  test("a file of exactly 4 MiB is read whole", async () => {
    const head = `${good}#`;
    const { problems, manifests } = await load({ "a.yaml": head + "x".repeat(4 * 1024 * 1024 - head.length) });
    expect(problems).toEqual([]);
    expect(manifests).toHaveLength(1);
  });

  test("standard input is read and named", async () => {
    const stdin = (async function* () {
      yield Buffer.from(good.slice(0, 10));
      yield Buffer.from(`${good.slice(10)}  titel: x\n`);
    })();
    const platforms = platformSource();
    const { problems } = await loadManifests({ inputs: ["-"], cwd: "/", platforms, stdin });
    expect(places(problems)).toEqual(["UnknownField <stdin>:9:3"]);
  });
});

test("all mistakes of all files come in one run, in the order of places", async () => {
  const { problems, manifests } = await load({
    "b.yaml": integration("  titel: x\n  interval: soon\n", "b"),
    "a.yaml": integration("  suspend: maybe\n", "a"),
    "c.yaml": integration("", "c"),
    "d.yaml": `${integration("", "d")}---\n${integration("  policy: { prune: 1 }\n", "e")}`,
  });
  expect(places(problems)).toEqual([
    "WrongType a.yaml:8:12",
    "UnknownField b.yaml:8:3",
    "InvalidValue b.yaml:9:13",
    "WrongType d.yaml:16:20",
  ]);
  expect(manifests.map(({ object }) => object.metadata.name)).toEqual(["c", "d"]);
});

test("a problem that shows only over all manifests has its source line too", async () => {
  const { problems } = await load({ "a.yaml": integration("  dependsOn: [nobody]\n") });
  expect(problems.map(({ line, excerpt }) => [line, excerpt])).toEqual([[8, "  dependsOn: [nobody]"]]);
});

test("an Integration that is wrong is still there for those that refer to it", async () => {
  const { problems } = await load({
    "a.yaml": integration("  dependsOn: [two]\n"),
    "b.yaml": integration("  titel: x\n", "two"),
    "c.yaml": integration("  dependsOn: [three]\n  title: a\n", "four"),
    "d.yaml": integration("  title: a\n  title: b\n", "three"),
  });
  expect(places(problems)).toEqual(["UnknownField b.yaml:8:3", "DuplicateKey d.yaml:9:3"]);
});

describe("colours that YAML takes for numbers", () => {
  const labels = `  resources:
    repositories:
      - name: r
        labels:
          - { name: a, color: 5319e7 }
          - { name: b, color: 008672 }
          - { name: c, color: 000000 }
          - { name: d, color: 89E295 }
          - { name: e, color: 0052cc }
          - name: f
            color: #d73a4a
`;

  test("each is shown as it was typed, with its place and what to do", async () => {
    const problems = await problemsOf(labels);
    expect(places(problems)).toEqual([
      "UnquotedString a.yaml:12:31",
      "UnquotedString a.yaml:13:31",
      "UnquotedString a.yaml:14:31",
      "UnquotedString a.yaml:15:31",
      "EmptyValue a.yaml:18:13",
    ]);
    for (const [index, typed] of ["5319e7", "008672", "000000", "89E295"].entries()) {
      expect(problems[index]?.message).toContain(`${typed} without quotes`);
      expect(problems[index]?.message).toContain("quote it");
      expect(problems[index]?.remedy).toContain(`"${typed}"`);
    }
    expect(problems[4]?.message).toContain("empty value");
    expect(problems[4]?.remedy).toContain('"#d73a4a"');
  });
});

describe("a byte order mark, and Windows line ends", () => {
  const faulty = integration(
    "  title: t\n  resources:\n    channels:\n      - name: a\n        tpic: x\n        topic: |\n          one\n          two\n",
  );
  const variants: Record<string, (text: string) => string> = {
    "plain text": (text) => text,
    "a mark": (text) => `\uFEFF${text}`,
    CRLF: (text) => text.replaceAll("\n", "\r\n"),
    both: (text) => `\uFEFF${text.replaceAll("\n", "\r\n")}`,
  };

  test.each(Object.keys(variants))("with %s the error is on line 12, column 9", async (name) => {
    const { problems } = await load({ "a.yaml": variants[name]?.(faulty) ?? "" });
    expect(places(problems)).toEqual(["UnknownField a.yaml:12:9"]);
    expect(problems[0]?.excerpt).toBe("        tpic: x");
  });

  test.each(Object.keys(variants))("with %s block text holds no carriage return", async (name) => {
    const { manifests } = await load({ "a.yaml": variants[name]?.(faulty.replace("        tpic: x\n", "")) ?? "" });
    expect(manifests[0]?.object.spec).toMatchObject({ resources: { channels: [{ topic: "one\ntwo\n" }] } });
  });

  test("on line 1 after a mark the column is the one that an editor shows", async () => {
    const { problems } = await load({ "a.yaml": `\uFEFF${good.replace("v1alpha1", "v9")}` });
    expect(places(problems)).toEqual(["UnknownVersion a.yaml:1:13"]);
  });

  test("a mark before the second document changes nothing", async () => {
    const text = `${good}---\n\uFEFF${integration("  titel: x\n", "two")}`;
    const { problems, manifests } = await load({ "a.yaml": text });
    expect(places(problems)).toEqual(["UnknownField a.yaml:17:3"]);
    expect(manifests).toHaveLength(1);
  });
});

describe("names that every object inherits", () => {
  test("are entries like any others", async () => {
    const names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
    const entries = names.map((name) => `          - { name: ${name}, color: "ffffff" }\n`).join("");
    const { problems, manifests } = await load({
      "a.yaml": integration(`  resources:\n    repositories:\n      - name: r\n        labels:\n${entries}`),
    });
    expect(problems).toEqual([]);
    expect(manifests).toHaveLength(1);
  });

  test("are unknown fields where the schema lacks them, and change no policy", async () => {
    const { problems } = await load({
      "a.yaml": integration("  policy:\n    __proto__: { prune: true }\n    constructor: 1\n"),
    });
    expect(places(problems)).toEqual(["UnknownField a.yaml:9:5", "UnknownField a.yaml:10:5"]);
    expect(Object.hasOwn({}, "prune")).toBe(false);
  });

  test.each(["constructor", "__proto__", "toString"])("%s is no kind and no platform", async (name) => {
    const { problems } = await load({
      "a.yaml": good.replace("kind: Integration", `kind: ${name}`),
      "b.yaml": integration("", "two").replace("platform: acme", `platform: ${name}`),
    });
    expect(problems.map(({ code }) => code)).toEqual(["UnknownKind", "UnknownPlatform"]);
  });
});
