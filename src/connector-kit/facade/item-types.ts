/**
 * The item types of a connector: what `createItem("issue", …)` may name, and what it leads to.
 *
 * They are derived. A kind of resource goes by its path (`repositories.labels`), by its last word
 * (`labels`) and by that word's singular (`label`); an action that begins with a verb for items names one
 * too (`create_issue`: `issue`). Letter case, `_`, `-` and blanks make no difference. A kind's own name
 * always means the resource; for the others an action comes first.
 */
import type { CompiledConnector, Kind } from "../compile.ts";
import type { Action } from "../contract.ts";
import { ConnectorError } from "../errors.ts";

export type Verb = "create" | "get" | "query" | "update" | "delete";

/** How actions call each verb, in the order of preference. */
const words: Readonly<Record<Verb, readonly string[]>> = {
  create: ["create"],
  get: ["get"],
  query: ["query", "search", "list", "find"],
  update: ["update"],
  delete: ["delete", "remove"],
};
export const verbs = Object.keys(words) as readonly Verb[];

export interface ItemType {
  /** As the caller wrote it. */
  name: string;
  /** Its singular, such as `issue`. */
  noun: string;
  kind: Kind | undefined;
  /** The action for a verb, by name, where it comes before the kind. */
  action(verb: Verb): readonly [string, Action] | undefined;
}

/** @throws ConnectorError UNSUPPORTED, with the types that there are; VALIDATION when it may mean several kinds. */
export function resolveItemType(compiled: CompiledConnector, name: string): ItemType {
  const own = [...compiled.kinds.values()].find(({ kind }) => kind === name);
  if (own) return { name, noun: singularOf(own.property), kind: own, action: () => undefined };
  const kind = kindCalled(compiled, name);
  const noun = kind ? singularOf(kind.property) : singularOf(name);
  const action = (verb: Verb) => actionFor(compiled, verb, noun);
  if (!kind && !verbs.some(action)) throw unsupportedItemType(compiled, name);
  return { name, noun, kind, action };
}

/** @returns all names, sorted: paths and singulars of kinds, nouns of actions. */
export function itemTypesOf(compiled: CompiledConnector): string[] {
  const kinds = [...compiled.kinds.values()];
  const singulars = kinds.map(({ property }) => singularOf(property));
  const unambiguous = singulars.filter((one) => singulars.indexOf(one) === singulars.lastIndexOf(one));
  const known = new Set(singulars.map(folded));
  const nouns = Object.keys(compiled.connector.actions ?? {}).flatMap((name) => itemAction(name)?.noun ?? []);
  const others = nouns.filter((noun) => !known.has(folded(noun)));
  return [...new Set([...kinds.map(({ kind }) => kind), ...unambiguous, ...others])].sort();
}

/** @returns the verbs that can be done to an item type. */
export function verbsOf(type: ItemType): Verb[] {
  return verbs.filter((verb) => type.action(verb) !== undefined || (type.kind && kindHas(type.kind, verb)));
}

/** Whether a resource can do it. */
export function kindHas({ resource }: Kind, verb: Verb): boolean {
  if (verb === "create") return resource.create !== undefined;
  if (verb === "update") return resource.update !== undefined || resource.archived !== undefined;
  if (verb === "delete") return resource.remove !== undefined || resource.archived !== undefined;
  return true;
}

/** @returns what an action for items does to what, such as create and `issue`; `undefined` for another action. */
export function itemAction(name: string): { verb: Verb; noun: string } | undefined {
  const [, word = "", rest = ""] = /^([a-z]+)_(.+)$/.exec(name) ?? [];
  const verb = verbs.find((one) => words[one].includes(word));
  if (verb === undefined) return undefined;
  const noun = singularOf(rest);
  return { verb: verb === "get" && noun !== rest ? "query" : verb, noun };
}

/** @returns the singular of an English plural in camelCase or snake_case; another word as it is. */
export function singularOf(word: string): string {
  if (/(?:[^aeiou])ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|z|ch|sh|[ti]us|lias)es$/.test(word)) return word.slice(0, -2);
  return /[^su]s$/.test(word) ? word.slice(0, -1) : word;
}

function kindCalled(compiled: CompiledConnector, name: string): Kind | undefined {
  const wanted = new Set([folded(name), folded(singularOf(name))]);
  const found = [...compiled.kinds.values()].filter(
    ({ kind, property }) => folded(kind) === folded(name) || wanted.has(folded(singularOf(property))),
  );
  if (found.length <= 1) return found[0];
  const paths = found.map(({ kind }) => kind).join(", ");
  throw new ConnectorError("VALIDATION", `The item type "${name}" may mean ${paths}. Write one of these.`);
}

function actionFor({ connector }: CompiledConnector, verb: Verb, noun: string): readonly [string, Action] | undefined {
  const found = Object.entries(connector.actions ?? {}).filter(([name]) => {
    const about = itemAction(name);
    return about?.verb === verb && folded(about.noun) === folded(noun);
  });
  const rank = ([name]: readonly [string, Action]) => {
    const at = words[verb].indexOf(name.slice(0, name.indexOf("_")));
    return at < 0 ? words[verb].length : at;
  };
  return found.sort((a, b) => rank(a) - rank(b))[0];
}

function unsupportedItemType(compiled: CompiledConnector, name: string): ConnectorError {
  const types = itemTypesOf(compiled);
  const there = types.length === 0 ? "It has none." : `Supported item types: ${types.join(", ")}.`;
  return new ConnectorError("UNSUPPORTED", `${compiled.connector.title} has no item type "${name}". ${there}`);
}

function folded(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, "");
}
