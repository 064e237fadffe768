/**
 * The examples of a connector's page, made of the examples that its schemas hold. `test/docs` puts each of them
 * through the checks that a manifest and `execute` pass.
 */
import { type AnnotatedSchema, API_VERSION } from "../../src/api/index.ts";
import { manifestYaml } from "../../src/cli/manifest-yaml.ts";
import type { CompiledConnector, Kind } from "../../src/connector-kit/compile.ts";
import type { Action } from "../../src/connector-kit/contract.ts";

type Example = Record<string, unknown>;

/** What the Integration is called in examples. */
export function exampleName(platform: string): string {
  return `acme-${platform}`;
}

/**
 * @returns the part of an Integration's `spec` that declares one thing of the kind, below parents that state no
 *   more than they must.
 * @throws Error naming a kind whose schema has no example.
 */
export function kindExample({ connector }: CompiledConnector, kind: Kind): string {
  const entry = exampleOf(kind.schema, `${connector.platform}: the kind ${kind.kind}`);
  let listed: Example = { [kind.property]: [entry] };
  for (let parent = kind.parent; parent; parent = parent.parent) {
    const whole = exampleOf(parent.schema, `${connector.platform}: the kind ${parent.kind}`);
    listed = { [parent.property]: [{ ...onlyRequired(whole, parent.schema), ...listed }] };
  }
  return block("yaml", manifestYaml({ resources: listed }));
}

/**
 * @returns the command that does the action once, and the part of a Rule's `spec` that does it.
 * @throws Error naming an action whose parameters have no example.
 */
export function actionExample(platform: string, name: string, { parameters: schema }: Action): string {
  const parameters = exampleOf(schema as unknown as AnnotatedSchema, `${platform}: the action ${name}`);
  const assignments = Object.entries(parameters).map(([field, value]) => ` -p ${field}=${shellWord(value)}`);
  const command = `plumbline execute ${exampleName(platform)} ${name}${assignments.join("")}\n`;
  const step = { integration: exampleName(platform), action: name, parameters };
  return `${block("sh", command)}\n\n${block("yaml", manifestYaml({ actions: [step] }))}`;
}

/**
 * @returns a NotificationRoute that tells of failures there.
 * @throws Error naming a platform whose target has no example.
 */
export function routeExample(platform: string, target: AnnotatedSchema): string {
  const receiver = { integration: exampleName(platform), target: exampleOf(target, `${platform}: the target`) };
  return block(
    "yaml",
    manifestYaml({
      apiVersion: API_VERSION,
      kind: "NotificationRoute",
      metadata: { name: `failures-to-${platform}` },
      spec: { match: { severity: ["critical", "error"] }, receivers: [receiver] },
    }),
  );
}

/** @returns the part of an Integration's `spec` that sends less than the published limits allow. */
export function limitExample(): string {
  return block("yaml", manifestYaml({ rateLimit: { requestsPerSecond: 1, concurrency: 2 } }));
}

/** @returns a field with its example, in one line of YAML; empty where it has none. */
export function fieldExample(name: string, { examples = [] }: AnnotatedSchema): string {
  return examples.length === 0 ? "" : `${name}: ${inOneLine(examples[0])}`;
}

/** @throws Error naming what has no example. */
function exampleOf({ examples }: AnnotatedSchema, what: string): Example {
  const [first] = examples ?? [];
  if (typeof first === "object" && first !== null) return first as Example;
  throw new Error(`${what} has no example. Give its schema one: { examples: [{ … }] }.`);
}

function onlyRequired(example: Example, { required = [] }: AnnotatedSchema): Example {
  return Object.fromEntries(Object.entries(example).filter(([field]) => required.includes(field)));
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\`\`\``;
}

/** YAML in which every text is quoted. */
function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, inner]) => `${name}: ${inOneLine(inner)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** A value as one word of a POSIX shell: a text as it is, all else as JSON. */
function shellWord(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
