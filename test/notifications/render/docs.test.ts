/** What the page says of templates is so: its table is whole, its example gives what it says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KNOWN_EVENTS } from "../../../src/api/known-events.ts";
import { builtinTemplates, typeTemplates } from "../../../src/notifications/render/builtin/index.ts";
import { renderNotification, TemplateSet } from "../../../src/notifications/render/index.ts";
import { sampleEvents } from "../../../src/notifications/samples/index.ts";
import { eventWith, sampleOf, toldOf } from "./fixture.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/notifications.md"), "utf8");
const section = page.slice(page.indexOf("\n## Templates\n"), page.indexOf("\n## What a restart does\n"));
const [table = ""] = section.split("### Templates of your own");
const rows = [...table.matchAll(/^\| `([\w-]+)` \| (.*?) \| (.*) \|$/gm)].map(
  ([, name = "", types = "", data = ""]) => ({
    name,
    types: namesIn(types),
    data: namesIn(data),
  }),
);

function blocksOf(language: "hbs" | "json" | "text"): string[] {
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, text = ""]) => text,
  );
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([\w.]+)`/g)].map(([, name = ""]) => name);
}

test("the table lists every template with the types that it tells of", () => {
  expect(rows.map(({ name }) => name)).toEqual([...builtinTemplates.keys(), "generic"].sort());
  const listed = rows.flatMap(({ name, types }) => types.map((type) => `${type} ${name}`)).sort();
  const named = [...KNOWN_EVENTS, "test_report"].map((type) => `${type} ${type.replaceAll("_", "-")}`);
  expect(listed).toEqual([...[...typeTemplates].map((pair) => pair.join(" ")), ...named].sort());
});

test.each(rows.filter(({ name }) => name !== "generic"))(
  "$name reads what the table says it reads",
  ({ name, data }) => {
    const text = builtinTemplates.get(name) ?? "";
    expect(data.filter((one) => !new RegExp(`\\b${one}\\b`).test(text))).toEqual([]);
  },
);

test("every known event has a sample whose values the table names", () => {
  for (const type of KNOWN_EVENTS) {
    const data: readonly string[] = rows.find(({ types }) => types.includes(type))?.data ?? [];
    const said = Object.keys(sampleOf(type).data).filter((name) => name !== "severity");
    expect(said.filter((name) => !data.includes(name))).toEqual([]);
  }
  expect(sampleEvents.length).toBeGreaterThan(KNOWN_EVENTS.length);
});

test("the example gives what the page says", () => {
  const [deployment = "", others = ""] = blocksOf("hbs");
  const events = JSON.parse(blocksOf("json")[0] ?? "[]") as { type: string; data: Record<string, unknown> }[];
  const templates = new TemplateSet(new Map(Object.entries({ deployment, others })));
  const receiver = { integration: "acme-slack", template: "deployment" };
  const { notification, fault } = renderNotification(
    templates,
    toldOf(
      events.map(({ type, data }, index) => eventWith(type, data, index + 1)),
      { receiver },
    ),
  );
  expect(fault).toBeUndefined();
  const shown = [
    `title: ${notification.title}`,
    `text: ${notification.text}`,
    ...notification.facts.map(({ name, value }) => `${name}: ${value}`),
    ...notification.events.map(({ summary }) => `- ${summary}`),
  ].join("\n");
  expect(shown).toBe(blocksOf("text")[0]?.trim());
});

test("the routes of the section name templates without a mistake", () => {
  const texts = [...section.matchAll(/template: "((?:[^"\\]|\\.)*)"/g)].map(([, text]) => JSON.parse(`"${text}"`));
  expect(texts).toHaveLength(1);
  for (const text of texts) expect(new TemplateSet().compiled(text).mistakes).toEqual([]);
});
