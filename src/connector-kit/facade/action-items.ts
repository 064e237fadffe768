/**
 * Items that a connector reaches by actions: `createItem("issue", …)` is the action `create_issue`.
 *
 * Actions name the item in their own way, so the id goes into the parameter that stands for it: `id`,
 * `issue_id`, `issueId`, `issue`, `key`, `issue_key`, `number` or `ts`, whichever the action has. Where
 * that is not enough (an issue of which repository?), the reference is an object of parameters.
 */
import type { AnnotatedSchema } from "../../api/index.ts";
import type { Action, Spec } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import type { FacadeContext } from "./context.ts";
import type { ItemReference } from "./find.ts";
import { type Item, isRecord, itemOfAnswer, mustBeRecord, secretsIn } from "./item.ts";

export type NamedAction = readonly [name: string, action: Action];

/** Names of the parameter that takes a query as one text. */
const queryTexts = ["query", "jql", "q", "filter"];

/**
 * @param key the same when a run is tried again, so that a platform that knows repetitions does it once.
 * @returns what the action answered.
 * @throws ConnectorError VALIDATION naming the parameters that do not fit.
 */
export async function runAction(
  context: FacadeContext,
  [name, action]: NamedAction,
  parameters: unknown,
  key = context.newKey(),
): Promise<unknown> {
  const what = `The operation "${name}"`;
  const given = mustBeRecord(what, parameters);
  await context.checks.mustFit(what, schemaOf(action), given);
  return runChecked(context, action, given, key);
}

/** {@link runAction} for parameters that were found to fit. */
export function runChecked(
  { session, hide }: Pick<FacadeContext, "session" | "hide">,
  action: Action,
  given: Spec,
  key: string,
): Promise<unknown> {
  const secrets = secretsIn(schemaOf(action), given);
  if (secrets.length > 0) hide(secrets);
  return session.guardErrors(() => action.run(session.writer, given, { key }));
}

/** @returns the item that an action made, read or changed. */
export async function itemByAction(
  context: FacadeContext,
  noun: string,
  action: NamedAction,
  parameters: Spec,
): Promise<Item> {
  return itemOfAnswer(noun, await runAction(context, action, parameters));
}

/** @throws ConnectorError UNSUPPORTED naming the parameters by which one can query. */
export async function queryByAction(
  context: FacadeContext,
  noun: string,
  action: NamedAction,
  criteria: unknown = {},
): Promise<Item[]> {
  const schema = schemaOf(action[1]);
  const parameters = typeof criteria === "string" ? textQuery(context, action, criteria) : criteria;
  const problems = await context.checks.problems(schema, parameters);
  const unknown = problems.filter(({ problem }) => problem === "unknown").map(({ field }) => `"${field}"`);
  if (unknown.length > 0) throw unsupportedQuery(context, action, unknown.join(", "));
  const answer = await runAction(context, action, parameters);
  return listIn(noun, action, answer).map((one) => itemOfAnswer(noun, one));
}

/** @returns parameters that name one item. @throws ConnectorError when the action has no parameter for an id. */
export function withReference(noun: string, [name, action]: NamedAction, reference: ItemReference): Spec {
  if (isRecord(reference)) {
    const { id, ...others } = reference;
    return id === undefined ? others : { ...others, ...withReference(noun, [name, action], id as ItemReference) };
  }
  const fields = schemaOf(action).properties ?? {};
  const names = ["id", `${noun}_id`, `${noun}Id`, noun, "key", `${noun}_key`, `${noun}Key`, "number", "ts"];
  const field = names.find((one) => Object.hasOwn(fields, one));
  if (field === undefined) {
    const known = Object.keys(fields).join(", ");
    const message = `The operation "${name}" has no parameter for an id. Name the item by an object of ${known}.`;
    throw new ConnectorError("VALIDATION", message);
  }
  return { [field]: asType(fields[field] ?? {}, reference) };
}

/** An id that people wrote as a number where the platform takes text, or the other way round. */
function asType({ type }: AnnotatedSchema, id: string | number): string | number {
  if ((type === "integer" || type === "number") && typeof id === "string" && /^-?\d+$/.test(id)) return Number(id);
  return type === "string" ? String(id) : id;
}

function textQuery(context: FacadeContext, action: NamedAction, text: string): Spec {
  const fields = schemaOf(action[1]).properties ?? {};
  const field = queryTexts.find((name) => Object.hasOwn(fields, name));
  if (field === undefined) throw unsupportedQuery(context, action, "a text");
  return { [field]: text };
}

/** The list in an action's answer: the answer, its only list, or the one that has the noun's name. */
function listIn(noun: string, [name]: NamedAction, answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  const lists = Object.entries(isRecord(answer) ? answer : {}).filter(([, value]) => Array.isArray(value));
  const [only] = lists.length === 1 ? lists : lists.filter(([field]) => field.startsWith(noun.slice(0, -1)));
  if (only) return only[1] as readonly unknown[];
  throw new ConnectorError("UNSUPPORTED", `What the operation "${name}" answers is no list.`);
}

function unsupportedQuery({ session }: FacadeContext, [name, action]: NamedAction, what: string): ConnectorError {
  const fields = Object.keys(schemaOf(action).properties ?? {}).join(", ");
  const message = `${session.connector.title} cannot query by ${what}. The operation "${name}" supports: ${fields}.`;
  return new ConnectorError("UNSUPPORTED", message);
}

function schemaOf({ parameters }: Action): AnnotatedSchema {
  return parameters as unknown as AnnotatedSchema;
}
