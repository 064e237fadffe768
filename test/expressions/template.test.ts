import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Escape } from "../../src/expressions/escape.ts";
import { follow, type Lookup } from "../../src/expressions/paths.ts";
import {
  evaluateTemplate,
  isTemplate,
  OUTPUT_BYTES,
  parseTemplate,
  pathsOf,
  renderTemplate,
} from "../../src/expressions/template.ts";

const of =
  (data: unknown): Lookup =>
  (path) =>
    follow(data, path);
const render = (text: string, data: unknown, escaping?: Escape) =>
  renderTemplate(parseTemplate(text), of(data), escaping);
const evaluate = (text: string, data: unknown, escaping?: Escape) =>
  evaluateTemplate(parseTemplate(text), of(data), escaping);

const data = {
  issue: { title: "a < b", number: 7, open: true, nothing: null, empty: "", none: [], labels: ["bug", "ui"] },
  people: [{ name: "Ada" }, { name: "Grace" }],
  map: { x: 1, y: 2 },
  big: 9007199254740993n,
};

describe("a template renders", () => {
  test.each([
    ["{{issue.title}}", "a < b"],
    ["#{{issue.number}}: {{issue.open}}{{issue.nothing}}", "#7: true"],
    ["{{big}}", "9007199254740993"],
    ["{{issue.labels.[1]}} {{issue.labels.[0]}}", "ui bug"],
    ["{{#if issue.empty}}a{{else if issue.open}}b{{else}}c{{/if}}", "b"],
    ["{{#if nowhere.to.be.found}}a{{else}}b{{/if}}", "b"],
    ["{{#unless issue.none}}none{{/unless}}", "none"],
    ["{{#each people}}{{@index}}{{name}}{{#unless @last}}, {{/unless}}{{/each}}", "0Ada, 1Grace"],
    ["{{#each people as |who i|}}{{i}}{{who.name}}{{/each}}", "0Ada1Grace"],
    ["{{#each map}}{{@key}}={{this}};{{/each}}", "x=1;y=2;"],
    ["{{#each people}}{{../issue.number}}{{@root.issue.number}}{{/each}}", "7777"],
    ["{{#each nowhere}}x{{else}}nobody{{/each}}", "nobody"],
    ["{{#with issue}}{{number}}{{/with}}", "7"],
    ['{{default issue.assignee "nobody"}} {{default issue.nothing "x"}} {{default issue.number 1}}', "nobody x 7"],
    ["{{lookup issue.labels 1}}", "ui"],
    ["{{json map}} {{json big}}", '{"x":1,"y":2} 9007199254740993'],
    ['{{join issue.labels ", "}} {{length issue.labels}} {{length "né"}}', "bug, ui 2 2"],
    ['{{upper "é"}}{{lower "É"}} {{truncate "abcdef" 4}} {{truncate "abc" 4}}', "Éé abc… abc"],
    ["{{text issue.title}} {{text issue.labels}} {{text big}}", 'a < b ["bug","ui"] 9007199254740993'],
    ['{{utc "2026-03-02T10:15:00.5+01:00"}} {{utc "soon"}} {{utc 7}}', "2026-03-02 09:15:00 soon 7"],
    ["{{#if (eq issue.number 7)}}seven{{/if}}{{#if (and (not issue.empty) (ne issue.x 1))}}!{{/if}}", "seven!"],
    ["\\{{issue.title}} {{!-- note --}}x", "{{issue.title}} x"],
    ["a\n{{#if issue.open}}\nb\n{{/if}}\nc", "a\nb\nc"],
  ])("%s", (text, expected) => {
    expect(render(text, data)).toBe(expected);
  });

  test("its own text as it is, and values escaped for where they go", () => {
    expect(render("<b>{{issue.title}}</b> {{{issue.title}}}", data, "mrkdwn")).toBe("<b>a &lt; b</b> a < b");
    expect(render("{{x}}", { x: "\"<'&" }, "html")).toBe("&quot;&lt;&#39;&amp;");
    expect(render("{{x}}", { x: "# *a* [b](c) 1. x\n- y\n2) z" }, "markdown")).toBe(
      "\\# \\*a\\* \\[b\\](c) 1. x\n\\- y\n2\\) z",
    );
  });

  test("a loop that never ends in little output is stopped, whatever the machine's pace", () => {
    const many = { xs: Array.from({ length: 2000 }, () => 0) };
    expect(() => render("{{#each xs}}{{#each ../xs}}{{#if this}}x{{/if}}{{/each}}{{/each}}", many)).toThrow(
      "too many steps",
    );
  });

  test("output beyond 256 KiB is refused while it grows", () => {
    const line = { xs: Array.from({ length: 40 }, () => "é".repeat(4096)) };
    expect(() => render("{{#each xs}}{{this}}{{/each}}", line)).toThrow("256 KiB");
    expect(render("{{x}}", { x: "x".repeat(OUTPUT_BYTES) })).toHaveLength(OUTPUT_BYTES);
  });

  test("data nested beyond the stack ends as a mistake of the template's values", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level++) deep = [deep];
    expect(() => render("{{json x}}", { x: deep })).toThrow(expect.objectContaining({ name: "TemplateError" }));
  });
});

describe("one single expression keeps its type", () => {
  test.each<[string, unknown]>([
    ["{{issue.number}}", 7],
    ["{{issue.open}}", true],
    ["{{issue.nothing}}", null],
    ["{{issue.labels}}", ["bug", "ui"]],
    ["{{big}}", 9007199254740993n],
    ["{{{map}}}", { x: 1, y: 2 }],
    ["{{default issue.nope 5}}", 5],
    [" {{issue.number}}", " 7"],
    ["{{issue.number}}{{issue.number}}", "77"],
  ])("%s", (text, expected) => {
    expect(evaluate(text, data)).toEqual(expected);
  });

  test("and a text is escaped all the same, unless it has three braces", () => {
    expect(evaluate("{{issue.title}}", data, "mrkdwn")).toBe("a &lt; b");
    expect(evaluate("{{{issue.title}}}", data, "mrkdwn")).toBe("a < b");
  });

  test("whatever JSON value a path leads to, it is that value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(evaluate("{{{x.y}}}", { x: { y: value } })).toEqual(value);
      }),
    );
  });
});

describe("an absent path is an error that names it", () => {
  test.each([
    ["{{issue.assignee.login}}", "issue.assignee.login is absent."],
    ["a {{#if issue.open}}{{nope}}{{/if}}", "nope is absent."],
    ["{{issue.title.bold}}", "issue.title.bold is absent."],
    ["{{issue.title.length}}", "issue.title.length is absent."],
    ["{{issue.constructor.name}}", "issue.constructor.name is absent."],
    ["{{__proto__.x}}", "__proto__.x is absent."],
    ["{{toString}}", "toString is absent."],
    ['{{lookup issue "constructor"}}', "The helper lookup finds nothing in issue constructor."],
    ["{{#each people}}{{issue.number}}{{/each}}", "issue.number is absent. Inside of each and with"],
    ["{{upper nope}}", "nope is absent."],
    ["{{issue.labels}} x", "issue.labels is a list, not a text: write {{json issue.labels}}"],
  ])("%s", (text, message) => {
    expect(() => render(text, data)).toThrow(message);
  });

  test("that names its line and column too", () => {
    expect(() => render("a\n  {{nope}}", data)).toThrow(expect.objectContaining({ line: 2, column: 5 }));
  });
});

describe("what means nothing is refused before there is an event", () => {
  test.each([
    ["{{shout issue.title}}", 'There is no helper "shout".'],
    ['{{defalt a.b "x"}}', 'Did you mean "default"?'],
    ["{{#foreach xs}}{{/foreach}}", "There is no block {{#foreach}}."],
    ["{{#issue}}x{{/issue}}", "There is no block {{#issue}}."],
    ["{{> header}}", "Partials and decorators"],
    ['{{#*inline "x"}}{{/inline}}', "Partials and decorators"],
    ["{{#if a b}}{{/if}}", "{{#if}} takes one value."],
    ["{{#if}}{{/if}}", "{{#if}} takes one value."],
    ["{{default a}}", "takes 2 values, and is given 1"],
    ["{{#if a includeZero=true}}{{/if}}", "Named values"],
    ["{{@secret}}", "There is no @secret."],
    ["{{a", "The template is wrong"],
    ["{{#if a}}", "The template is wrong: a block is not closed after `{{#if a}}`"],
    ["{{#if a}}{{/unless}}", "if doesn't match unless"],
    ["{{}}", "The template is wrong"],
  ])("%s", (text, message) => {
    expect(() => parseTemplate(text)).toThrow(message);
  });

  test("by an error that names its line and column", () => {
    expect(() => parseTemplate("ok\n {{#if a}}{{shout b}}{{/if}}")).toThrow(
      expect.objectContaining({ line: 2, column: 11 }),
    );
  });
});

test("data is inserted once, letter for letter, and never carried out", () => {
  const braces = fc.constantFrom("{{", "}}", "{{{", "}}}", "{{issue.number}}", "{{#each this}}x{{/each}}", "\\", "$&");
  const text = fc.array(fc.oneof(braces, fc.string())).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (value) => {
      expect(render("<{{x}}|{{#each xs}}{{this}}{{/each}}>", { x: value, xs: [value] })).toBe(`<${value}|${value}>`);
      expect(evaluate("{{x}}", { x: value })).toBe(value);
    }),
  );
});

test("only own properties are reached, whatever the names", () => {
  const inherited = Object.getOwnPropertyNames(Object.prototype);
  fc.assert(
    fc.property(
      fc.constantFrom(...inherited),
      fc.constantFrom("", "issue.", "people.", "issue.labels."),
      (name, at) => {
        expect(() => render(`{{${at}[${name}]}}`, data)).toThrow("is absent");
        expect(render("{{[x].y}}", JSON.parse(`{"x":{"y":"own"},"${name}":1}`))).toBe("own");
      },
    ),
  );
});

test("a text without braces is no template, and a template tells what it reads", () => {
  expect([isTemplate("a { b }"), isTemplate("{{a}}")]).toEqual([false, true]);
  expect(pathsOf(parseTemplate("{{a.b}}{{#if (eq c 1)}}{{outputs.x.y}}{{/if}}{{#each d}}{{../e}}{{/each}}"))).toEqual([
    ["a", "b"],
    ["c"],
    ["outputs", "x", "y"],
    ["d"],
  ]);
});
