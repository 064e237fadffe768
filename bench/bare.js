/**
 * The shortest script that could check manifests: read each file, parse it, run one compiled check.
 * It says where nothing is, knows no references and no duplicates; it is what `bench/validate.ts`
 * compares with.
 *
 *   node bench/bare.js SCHEMA.json FOLDER
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { load } from "js-yaml";

const [schema, folder] = process.argv.slice(2);
const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
const check = ajv.compile(JSON.parse(readFileSync(schema, "utf8")));
const valid = [];
for (const name of readdirSync(folder)) {
  const value = load(readFileSync(join(folder, name), "utf8"));
  if (check(value)) valid.push(value);
}
console.log(`${valid.length} manifests are valid`);
