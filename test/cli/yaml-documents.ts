/**
 * Random YAML as people write it: in blocks and in brackets, with comments, anchors, odd words and every way of
 * quoting, indented as they like.
 */
import fc from "fast-check";

/** A value with the way in which it is written. */
export type Written =
  | { form: "scalar"; text: string; comment: string }
  | { form: "literal"; lines: readonly string[]; mark: string }
  | { form: "alias" }
  | { form: "list"; items: readonly Written[]; flow: boolean; anchor: boolean; note: string; indented: boolean }
  | { form: "map"; pairs: readonly Pair[]; flow: boolean; anchor: boolean; note: string };

export interface Pair {
  key: string;
  value: Written;
  /** Lines before it: comments and empty ones. */
  before: readonly string[];
}

/** Words that some reader takes for something else, and texts in all ways of quoting. */
const scalars = [
  ...["plain", "two words", "no", "On", "y", "1.10", "008672", "5319e7", "0o17", "010", "1_000", "1:30", "0x1F"],
  ...["2026-11-25", "~", "null", "Null", "true", "-1", ".5", ".inf", "=", "12345678901234567", "a#b", "http://x/y"],
  ...["'it''s'", "'no'", "'a \"b\"'", '"a\\tb"', '"a\\nb\\n"', '"\\u263a"', '""', "''", '" lead"', '"# no comment"'],
  ...[
    '"---"',
    "'- x'",
    '"{{event.subject}}"',
    "grüße",
    "🚀",
    '"a very long text that goes on and on until it is longer than any line: and more"',
  ],
];
const comment = fc.constantFrom("", "", "", "  # why", "   # two  ", " #: x");
const before = fc.constantFrom<readonly string[]>(
  [],
  [],
  [],
  ["# note"],
  [""],
  ["", "# after a gap  "],
  ["# a", "#", "# b"],
  ["", ""],
);
const note = fc.constantFrom("", "", " # about it");
const names = ["name", "topic", "size", "spec", "x-y", "'on'", '"1"', "z9", "metadata", "members"];

const literal = fc.record({
  form: fc.constant("literal" as const),
  lines: fc
    .array(fc.constantFrom("a", "# no comment", "", "  deeper", "k: v", "trailing "), { minLength: 1, maxLength: 3 })
    .map((lines) => ["first", ...lines]),
  mark: fc.constantFrom("|", "|-", "|+", ">", ">-"),
});
const scalar = fc.record({ form: fc.constant("scalar" as const), text: fc.constantFrom(...scalars), comment });
const alias = fc.constant({ form: "alias" as const });

const { map } = fc.letrec<{ value: Written; list: Written; map: Written }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    scalar,
    literal,
    alias,
    tie("list"),
    tie("map"),
  ),
  list: fc.record({
    form: fc.constant("list" as const),
    items: fc.array(tie("value"), { maxLength: 3 }),
    flow: fc.boolean(),
    anchor: fc.boolean(),
    note,
    indented: fc.boolean(),
  }),
  map: fc.record({
    form: fc.constant("map" as const),
    pairs: fc.uniqueArray(fc.record({ key: fc.constantFrom(...names), value: tie("value"), before }), {
      selector: ({ key }) => key,
      minLength: 1,
      maxLength: 4,
    }),
    flow: fc.boolean(),
    anchor: fc.boolean(),
    note,
  }),
}));

interface Writing {
  lines: string[];
  step: number;
  anchors: number;
  /** Of the anchors whose values are complete: only they may be used. */
  usable: number[];
}

/** Whatever is written in one line, in a list or a map in brackets. */
function inline(written: Written, writing: Writing): string {
  switch (written.form) {
    case "scalar":
      return /[[\]{},]/.test(written.text) || written.text === "" ? '"x, y"' : written.text;
    case "literal":
      return JSON.stringify(written.lines.join("\n"));
    case "alias":
      return aliasOf(writing);
    case "list":
      return `[${written.items.map((item) => inline(item, writing)).join(", ")}]`;
    case "map":
      return `{ ${written.pairs.map(({ key, value: inner }) => `${key}: ${inline(inner, writing)}`).join(", ")} }`;
  }
}

function aliasOf({ usable }: Writing): string {
  const last = usable.at(-1);
  return last === undefined ? "none" : `*a${last} `;
}

/** Writes a value after `lead` (a key or a mark), or below it. */
function put(lead: string, written: Written, column: number, writing: Writing): void {
  const { lines, step } = writing;
  if (written.form === "scalar") lines.push(`${lead} ${written.text}${written.comment}`);
  else if (written.form === "alias") lines.push(`${lead} ${aliasOf(writing)}`);
  else if (written.form === "literal") {
    lines.push(`${lead} ${written.mark}`);
    const pad = " ".repeat(column + step);
    lines.push(...written.lines.map((line) => (line === "" ? "" : pad + line)));
  } else {
    const anchor = written.anchor ? ++writing.anchors : undefined;
    const mark = anchor === undefined ? "" : ` &a${anchor}`;
    const isEmpty = written.form === "list" ? written.items.length === 0 : written.pairs.length === 0;
    if (written.flow || isEmpty) lines.push(`${lead}${mark} ${inline(written, writing)}${written.note}`);
    else {
      lines.push(`${lead}${mark}${written.note}`);
      if (written.form === "map") putPairs(written.pairs, column + step, writing);
      else {
        const at = lead.endsWith("-") || written.indented ? column + step : column;
        for (const item of written.items) put(`${" ".repeat(at)}-`, item, at, writing);
      }
    }
    if (anchor !== undefined) writing.usable.push(anchor);
  }
}

function putPairs(pairs: readonly Pair[], column: number, writing: Writing): void {
  const pad = " ".repeat(column);
  for (const { key, value: inner, before: above } of pairs) {
    writing.lines.push(...above.map((line) => (line === "" ? "" : pad + line)));
    put(`${pad}${key}:`, inner, column, writing);
  }
}

const document = fc.record({
  body: map,
  step: fc.constantFrom(2, 3, 4),
  head: before,
  foreign: fc.constantFrom(false, false, false, true),
});

/** A file of some documents, most of them Plumbline's, with the line ends and the mark of some editor. */
export const files = fc
  .record({
    documents: fc.array(document, { minLength: 1, maxLength: 3 }),
    eol: fc.constantFrom("\n", "\n", "\r\n"),
    mark: fc.constantFrom("", "", "\uFEFF"),
    tail: fc.constantFrom("", "\n", "\n\n\n", "\n# the end\n"),
  })
  .map(({ documents, eol, mark, tail }) => {
    const texts = documents.map(({ body, step, head, foreign }) => {
      const writing: Writing = { lines: [...head], step, anchors: 0, usable: [] };
      const pairs = body.form === "map" ? body.pairs : [];
      put("kind:", { form: "scalar", text: "Integration", comment: "  # which" }, 0, writing);
      putPairs([{ key: "things", value: { ...body, flow: false } as Written, before: ["# all of them"] }], 0, writing);
      if (!foreign) put("apiVersion:", { form: "scalar", text: "plumbline.dev/v1alpha1", comment: "" }, 0, writing);
      putPairs(
        pairs.slice(0, 1).map((pair) => ({ ...pair, key: "extra" })),
        0,
        writing,
      );
      return writing.lines.join("\n");
    });
    return mark + `${texts.join("\n---\n")}${tail}`.replaceAll("\n", eol);
  });
