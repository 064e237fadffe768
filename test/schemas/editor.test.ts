/** What a person sees who edits a manifest in an editor with the YAML language server. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Diagnostic, LanguageServer } from "./language-server.ts";

const schemas = join(import.meta.dirname, "../../schemas");

describe.each(["integration", "plumbline"])("with schemas/%s.json", (schema) => {
  let server: LanguageServer;
  beforeAll(async () => {
    server = await LanguageServer.start();
  });
  afterAll(() => server.stop());

  const head = `# yaml-language-server: $schema=${join(schemas, `${schema}.json`)}
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme-slack }
spec:
  platform: slack
  credentials: { token: { env: SLACK_BOT_TOKEN } }
`;
  const uri = (name: string): string => `file:///manifests/${schema}-${name}.yaml`;
  const channel = (...fields: readonly string[]): string =>
    [
      `${head}  resources:`,
      "    channels:",
      "      - name: incidents",
      ...fields.map((field) => `        ${field}`),
    ].join("\n");
  const lastLine = (text: string): number => text.split("\n").length - 1;
  const messages = (found: readonly Diagnostic[]): string[] => found.map(({ message }) => message);

  test("a right manifest has no mark", async () => {
    expect(messages(await server.open(uri("right"), channel('topic: "Sev 1"')))).toEqual([]);
  });

  test("the fields of a Slack channel are offered inside one", async () => {
    const text = channel("");
    await server.open(uri("complete"), text);
    const labels = await server.complete(uri("complete"), lastLine(text), 8);
    expect(labels).toEqual(expect.arrayContaining(["topic", "purpose", "lifecycle"]));
    expect(labels).not.toContain("name"); // is there already
    expect(labels).not.toContain("permission"); // a field of another platform
  });

  test("the kinds of Slack are offered under resources, and no other platform's", async () => {
    const text = `${head}  resources:\n    `;
    await server.open(uri("kinds"), text);
    const labels = await server.complete(uri("kinds"), lastLine(text), 4);
    expect(labels).toContain("channels");
    expect(labels).not.toContain("repositories");
  });

  test("a wrong field is marked once, where it stands, by name", async () => {
    const text = channel("toppic: x");
    const found = await server.open(uri("wrong"), text);
    expect(messages(found)).toEqual(["Property toppic is not allowed."]);
    expect(found[0]?.range.start.line).toBe(lastLine(text));
  });

  test("a value of the wrong type is marked once", async () => {
    expect(messages(await server.open(uri("type"), channel("topic: [3]")))).toEqual([
      'Incorrect type. Expected "string".',
    ]);
  });

  test("a secret that is written out is marked", async () => {
    const text = head.replace("{ env: SLACK_BOT_TOKEN }", "xoxb-1");
    expect(await server.open(uri("secret"), text)).not.toEqual([]);
  });

  test("a misspelt platform is marked with the platforms that there are", async () => {
    const found = await server.open(uri("platform"), head.replace("platform: slack", "platform: slak"));
    expect(messages(found)).toContainEqual(expect.stringContaining('"slack"'));
  });
});
