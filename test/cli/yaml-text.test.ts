/** What is printed as YAML is the same data to our own reader, and to readers of YAML 1.1 and 1.2. */
import fc from "fast-check";
import { load, YAML11_SCHEMA } from "js-yaml";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { yamlText } from "../../src/cli/yaml-text.ts";
import { parseYaml } from "../../src/manifests/yaml.ts";
import { tries } from "../support/tries.ts";

const tricky = fc.constantFrom(
  "yes",
  "on",
  "1_000",
  "0o17",
  "017",
  "1e3",
  "2026-11-25",
  "~",
  "null",
  "5319e7",
  "=",
  "<<",
  "a: b",
  "# no",
  "- x",
  "1:30",
);
const word = fc.oneof(tricky, fc.string());
const data = fc.letrec((tie) => ({
  value: fc.oneof(word, fc.boolean(), fc.integer(), fc.constant(null), tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  map: fc.dictionary(
    word.filter((key) => key !== "__proto__"),
    tie("value"),
    { maxKeys: 4, noNullPrototype: true },
  ),
})).map;

test("YAML output reads back as the same data in our reader, in YAML 1.1 and in YAML 1.2", () => {
  fc.assert(
    fc.property(data, (value) => {
      const text = yamlText(value);
      const expected = JSON.parse(JSON.stringify(value));
      expect(parseYaml(text).documents[0]?.value).toEqual(expected);
      expect(parse(text, { version: "1.2" })).toEqual(expected);
      expect(load(text, { schema: YAML11_SCHEMA })).toEqual(expected);
    }),
    tries(300),
  );
});
