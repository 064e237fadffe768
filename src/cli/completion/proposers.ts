/** Where proposals come from: manifests, the platforms that Plumbline brings along, schemas. */
import type { CompiledConnector } from "../../connector-kit/compile.ts";
import { builtinPlatforms } from "../../manifests/platform-source.ts";
import { kindNames } from "../explain/kind-names.ts";
import { publishedKinds } from "../published-kinds.ts";
import { type Declared, declaredIntegrations } from "./declared.ts";
import type { Completing, Proposer, Subject } from "./propose.ts";

/** The kinds that `get` knows. */
const objectKinds = ["Integration", "Rule", "NotificationRoute"];

const integrations: Proposer = async (completing, context) => {
  const declared = await declaredFor(completing, context.surroundings.cwd);
  const names = declared.map((one) => {
    completing.describe(one.name, one.platform);
    return one.name;
  });
  return [...new Set(names)].sort();
};

const firstIntegration: Proposer = (completing, context, partial) =>
  completing.positional.length === 0 ? integrations(completing, context, partial) : [];

const integrationThenKinds: Proposer = async (completing, context, partial) => {
  const [name] = completing.positional;
  if (name === undefined) return integrations(completing, context, partial);
  const compiled = await connectorOf(name, completing, context.surroundings.cwd);
  return [...(compiled?.kinds.keys() ?? [])].filter((kind) => !completing.positional.includes(kind));
};

/** `NAME`, and after its slash `NAME/KIND`. */
const selections: Proposer = async (completing, context, partial) => {
  const slash = partial.indexOf("/");
  if (slash < 0) return integrations(completing, context, partial);
  const name = partial.slice(0, slash);
  const compiled = await connectorOf(name, completing, context.surroundings.cwd);
  return [...(compiled?.kinds.keys() ?? [])].map((kind) => `${name}/${kind}`);
};

const actions: Proposer = async (completing, context) => {
  const compiled = await connectorOf(completing.positional[0] ?? "", completing, context.surroundings.cwd);
  const offered = Object.entries(compiled?.connector.actions ?? {});
  for (const [name, { description }] of offered) completing.describe(name, description);
  return offered.map(([name]) => name);
};

/** What `explain` may be asked for; the schemas are loaded behind the first dot. */
const paths: Proposer = async (completing, context, partial) => {
  if (!partial.includes(".")) return [...kindNames, ...builtinPlatforms().names];
  return (await import("./paths.ts")).paths(completing, context, partial);
};

/** By what a flag or an argument is about. */
export const proposers: Readonly<Record<Subject, Proposer>> = {
  integrations,
  firstIntegration,
  integrationThenKinds,
  selections,
  actions,
  paths,
  platforms: () => builtinPlatforms().names,
  schemas: () => [...Object.keys(publishedKinds), ...builtinPlatforms().names],
  kinds: () => objectKinds,
  objects: (completing, context, partial) =>
    /^integrations?$/i.test(completing.positional[0] ?? "") ? integrations(completing, context, partial) : [],
};

function declaredFor(completing: Completing, cwd: string): Promise<Declared[]> {
  const inputs = completing.values("file");
  return declaredIntegrations(inputs.length === 0 ? ["."] : inputs, cwd);
}

/** @returns the connector of an Integration of that name; only built-in ones, since no code of the folder may run. */
async function connectorOf(name: string, completing: Completing, cwd: string): Promise<CompiledConnector | undefined> {
  const declared = await declaredFor(completing, cwd);
  const found = declared.find((one) => one.name === name || `${one.namespace}/${one.name}` === name);
  const platform = found && (await builtinPlatforms().load(found.platform));
  return typeof platform === "object" ? platform.compiled : undefined;
}
