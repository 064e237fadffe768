/** Whatever a file looks like: an edit changes what it says as asked, in that document, and no other line's comment. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { applyEdits } from "../../../src/cli/edit/apply-edits.ts";
import { type DocumentEdit, editedValue } from "../../../src/manifests/document-edit.ts";
import type { DocumentPath } from "../../../src/manifests/types.ts";
import { parseYaml } from "../../../src/manifests/yaml.ts";
import { tries } from "../../support/tries.ts";
import { files } from "../yaml-documents.ts";

const values = (text: string): unknown[] => parseYaml(text).documents.map(({ value }) => value);

/** All places of a value that a manifest's fields and lists could be, by path. */
function places(value: unknown, path: DocumentPath = []): { path: DocumentPath; value: unknown }[] {
  if (typeof value !== "object" || value === null) return path.length > 0 ? [{ path, value }] : [];
  const inner = Object.entries(value).flatMap(([name, item]) =>
    places(item, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return path.length > 0 ? [{ path, value }, ...inner] : inner;
}

const given = fc.constantFrom<unknown>("no", "plain", "a\nb", 7, true, [], ["x", "y"], { k: "v" }, [
  { name: "1.10", of: ["z"] },
]);
const pick = fc.record({ at: fc.nat(), value: given, how: fc.constantFrom("set", "add", "append", "shorten") });

function editAt(
  root: unknown,
  { at, value, how }: { at: number; value: unknown; how: string },
): DocumentEdit | undefined {
  const all = places(root).filter(({ path }) => path[0] === "things" && typeof path.at(-1) === "string");
  const place = all[at % all.length];
  if (!place) return undefined;
  const { path } = place;
  if (Array.isArray(place.value) && how === "append") return { do: "list", path, removed: [], added: [value] };
  if (Array.isArray(place.value) && how === "shorten" && place.value.length > 0) {
    return { do: "list", path, removed: [at % place.value.length], added: at % 2 ? [value] : [] };
  }
  const isMap = typeof place.value === "object" && place.value !== null && !Array.isArray(place.value);
  return { do: "set", path: isMap && how === "add" ? [...path, "added"] : path, value };
}

/** Edits of which none is inside of another's place. */
function apart(edits: readonly DocumentEdit[]): DocumentEdit[] {
  const kept: DocumentEdit[] = [];
  for (const edit of edits) {
    const meets = (a: DocumentPath, b: DocumentPath) => a.every((segment, index) => segment === b[index]);
    if (!kept.some(({ path }) => meets(path, edit.path) || meets(edit.path, path))) kept.push(edit);
  }
  return kept;
}

const examples: [text: string, picks: { at: number; value: unknown; how: string }[], which: number][] = [
  // Two edits end in the same line: an item of the list is replaced, and a pair follows that list.
  [
    "kind: Integration\nthings:\n  name:\n  - plain\n  - plain\nextra: 1",
    [
      { at: 0, value: [{ name: "1.10", of: ["z"] }], how: "add" },
      { at: 1, value: "no", how: "shorten" },
    ],
    0,
  ],
  // What goes stands between a block that keeps its empty lines and an empty line that is none of its.
  [
    "things:\n  name: plain\n  list:\n  - plain\n  - |+\n    first\n  - plain\n\n  z9: plain\nextra: plain",
    [{ at: 2, value: "no", how: "shorten" }],
    0,
  ],
];

test("says what it should, and the other documents say what they said", () => {
  fc.assert(
    fc.property(files, fc.array(pick, { minLength: 1, maxLength: 4 }), fc.nat(2), (text, picks, which) => {
      const before = values(text);
      const index = which % before.length;
      const edits = apart(picks.flatMap((one) => editAt(before[index], one) ?? []));
      const after = applyEdits(text, index, edits, false);
      expect(values(after)).toEqual(before.with(index, editedValue(before[index], edits)));
      expect(after.startsWith("\uFEFF")).toBe(text.startsWith("\uFEFF"));
    }),
    { ...tries(400), examples },
  );
});

test("adding to a list that is there changes nothing else of the text", () => {
  const added = [/\r?\n *- new(?=\r?\n|$)/, / *- new(\r?\n|$)/, /, new(?=\])/];
  fc.assert(
    fc.property(files, fc.nat(), (text, at) => {
      const [root] = values(text);
      const lists = places(root).filter(
        ({ path, value }) => typeof path.at(-1) === "string" && Array.isArray(value) && value.length > 0,
      );
      const list = lists[at % lists.length];
      fc.pre(list !== undefined && !text.includes("*"));
      const after = applyEdits(text, 0, [{ do: "list", path: list.path, removed: [], added: ["new"] }], false);
      expect(added.map((one) => after.replace(one, ""))).toContain(text);
    }),
    tries(150),
  );
});
