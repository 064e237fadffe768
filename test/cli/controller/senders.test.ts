import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSenders } from "../../../src/cli/controller/senders.ts";
import { findConfiguration } from "../../../src/manifests/configuration.ts";
import { folderOf } from "../../support/cli.ts";

const SECRET = `whsec_${Buffer.from("planted-planted-planted-planted").toString("base64")}`;

async function read(text: string, env: Record<string, string> = {}, file = "") {
  const folder = folderOf({ "plumbline.config.yaml": text });
  writeFileSync(join(folder, "secret"), file);
  const configuration = await findConfiguration(folder);
  if (!configuration) throw new Error("There is no configuration.");
  const hidden: string[] = [];
  const context = { env, folder, readFile: async () => file, allow: { env: [], files: [] } };
  const { senders, faults } = await readSenders({ configuration }, context, (secret) => hidden.push(secret));
  return { senders, faults, hidden, problems: configuration.problems.map(({ message }) => message) };
}

test("a sender's secrets come from the environment and from files, whatever manifests may read, and are kept out of all texts", async () => {
  const text =
    "events: { senders: [{ name: ci, secrets: [{ env: CI }, { file: secret }] }, { name: b, namespace: team, secrets: [{ env: CI }] }] }\n";
  expect(await read(text, { CI: SECRET }, `${SECRET}\n`)).toEqual({
    senders: [
      { name: "ci", namespace: "default", secrets: [SECRET, SECRET] },
      { name: "b", namespace: "team", secrets: [SECRET] },
    ],
    ...{ faults: [], problems: [], hidden: [SECRET, SECRET, SECRET] },
  });
});

test("a secret that is missing or of another form is named by its field, and the others count", async () => {
  const text = "events: { senders: [{ name: ci, secrets: [{ env: NONE }, { env: BAD }, { env: CI }] }] }\n";
  const { senders, faults } = await read(text, { CI: SECRET, BAD: `v1,${SECRET}` });
  expect(senders).toEqual([{ name: "ci", namespace: "default", secrets: [SECRET] }]);
  expect(faults).toEqual([
    expect.stringMatching(/^plumbline.config.yaml: .*events\.senders\[0\]\.secrets\[0\].*NONE/),
    expect.stringMatching(
      /^plumbline.config.yaml: events\.senders\[0\]\.secrets\[1\] is not a Standard Webhooks secret/,
    ),
  ]);
  expect(faults.join()).not.toContain(SECRET);
});

test.each([
  ["events: { senders: [{ name: ci, secrets: [] }] }\n"],
  ["events: { senders: [{ name: ci, secrets: [whsec_abc] }] }\n"],
  ["events: { senders: [{ name: ci, secrets: [{ env: A, file: b }] }] }\n"],
  ["events: { senders: [{ name: C I, secrets: [{ env: A }] }] }\n"],
])("%s is a mistake of the configuration", async (text) => {
  expect((await read(text)).problems).toHaveLength(1);
});
