/** `--only INTEGRATION[/KIND[/KEY]]`: what a run is about. */
import { type Integration, parseKey } from "../api/index.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import { normalizedKeyText } from "../manifests/keys.ts";
import { didYouMean } from "../manifests/nearest.ts";
import { ownerOf, type Pass, type Selection } from "../reconcile/pass.ts";
import { UserError } from "./errors.ts";

/**
 * Refuses a key that a run found nowhere: nothing would be done, and it would look as if all were well.
 *
 * @param only the flags, as they were given. An Integration that could not be read is no proof of absence.
 * @throws UserError naming the nearest key.
 */
export function assertFound(only: readonly string[], passes: readonly Pass[]): void {
  for (const text of only) {
    const { rest, named } = findIntegrations(
      text,
      passes.map(({ manifest }) => manifest.object),
    );
    const [kind = "", ...segments] = rest.split("/");
    if (segments.length === 0) continue;
    const owners = new Set(named.map(ownerOf));
    const selected = passes.filter(({ owner }) => owners.has(owner));
    const unread = selected.some(({ error, decision }) => error !== undefined || (decision?.failures.length ?? 0) > 0);
    const keys = new Set(selected.flatMap((pass) => keysOf(pass, kind)));
    const compiled = selected[0]?.compiled?.kinds.get(kind);
    const wanted = segments.join("/");
    if (unread || !compiled || keys.has(normalizedKeyText(compiled, parseKey(wanted)))) continue;
    throw new UserError(`--only ${text}: no ${kind} "${wanted}" is declared or owned.${didYouMean(wanted, [...keys])}`);
  }
}

/** The keys of a kind that a pass declares or owns. */
function keysOf({ owner, desired, memory }: Pass, kind: string): string[] {
  const owned = [...(memory?.inventory.values() ?? [])].filter(
    (entry) => entry.kind === kind && entry.integration === owner,
  );
  return [...desired.filter((entry) => entry.kind.kind === kind), ...owned].map(({ key }) => key);
}

/** One `--only`, understood. */
interface Only {
  owners: ReadonlySet<string>;
  kind?: string;
  /** As text, normalised. */
  key?: string;
}

/** Everything. */
const all: Selection = { integration: () => true, change: () => true };

/**
 * Reads the flags.
 *
 * A kind stands for the kinds nested in it too, and a key for what lies below it: a repository is
 * selected with its labels.
 *
 * @param compiled gives an Integration's connector, where it has one.
 * @throws UserError for an Integration or a kind that does not exist, naming the nearest.
 */
export async function selectionOf(
  only: readonly string[],
  integrations: readonly Integration[],
  compiled: (integration: Integration) => Promise<CompiledConnector | undefined>,
): Promise<Selection> {
  if (only.length === 0) return all;
  const parts = await Promise.all(only.map((text) => parseOnly(text, integrations, compiled)));
  return {
    integration: (owner) => parts.some(({ owners }) => owners.has(owner)),
    change: (owner, kind, key) => parts.some((part) => part.owners.has(owner) && holds(part, kind, key)),
  };
}

function holds(part: Only, kind: string, key: string): boolean {
  if (part.kind === undefined) return true;
  const nested = kind.startsWith(`${part.kind}.`);
  if (kind !== part.kind && !nested) return false;
  if (part.key === undefined) return true;
  return nested ? key.startsWith(`${part.key}/`) : key === part.key;
}

async function parseOnly(
  text: string,
  integrations: readonly Integration[],
  compiled: (integration: Integration) => Promise<CompiledConnector | undefined>,
): Promise<Only> {
  const { named, rest } = findIntegrations(text, integrations);
  const owners = new Set(named.map(ownerOf));
  if (rest === "") return { owners };
  const slash = rest.indexOf("/");
  const name = slash < 0 ? rest : rest.slice(0, slash);
  const connector = await compiled(named[0] as Integration);
  const kind = connector?.kinds.get(name);
  if (connector && !kind) {
    const known = [...connector.kinds.keys()];
    throw new UserError(
      `--only ${text}: ${connector.connector.title} has no kind "${name}".${didYouMean(name, known)} It has ${known.join(", ")}.`,
    );
  }
  if (slash < 0) return { owners, kind: name };
  const key = rest.slice(slash + 1);
  return { owners, kind: name, key: kind ? normalizedKeyText(kind, parseKey(key)) : key };
}

/**
 * Finds the Integrations that a text begins with: NAME, in whichever namespaces, or NAMESPACE/NAME.
 *
 * @returns at least one, and what stands behind the slash after it.
 * @throws UserError naming the nearest.
 */
export function findIntegrations(
  text: string,
  integrations: readonly Integration[],
): { named: readonly Integration[]; rest: string } {
  const [first = "", second, ...more] = text.split("/");
  const byName = integrations.filter(({ metadata }) => metadata.name === first);
  if (byName.length > 0)
    return { named: byName, rest: [second, ...more].filter((part) => part !== undefined).join("/") };
  const owner = integrations.filter((integration) => ownerOf(integration) === `${first}/${second}`);
  if (owner.length > 0) return { named: owner, rest: more.join("/") };
  const names = integrations.map(({ metadata }) => metadata.name);
  const known = names.length > 0 ? ` There is ${names.join(", ")}.` : " No Integration is declared.";
  throw new UserError(`There is no Integration "${first}".${didYouMean(first, names) || known}`);
}
