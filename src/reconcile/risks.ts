/**
 * Why a reviewer should look twice at a change. Pure.
 *
 * Only the schema and the contract are asked, so that a connector says once what is risky about its kinds:
 * `x-plumbline-risk` on a field, or on the whole schema where every field of a kind grants something.
 */
import type { AnnotatedSchema, Change, Risk } from "../api/index.ts";
import type { Kind } from "../connector-kit/compile.ts";
import type { Spec } from "../connector-kit/contract.ts";

/** What is looked at of a change. */
export type RiskyChange = Pick<Change, "action" | "intended" | "fields">;

const order: readonly Risk[] = ["removal", "replace", "ownership", "permission", "visibility"];

/**
 * @param observed what is live, where it was read: whether an owner goes is told by it.
 * @returns each risk once, the gravest first; empty for a change that nobody has to fear. A new thing's
 *   visibility is no risk: nobody relied on another one.
 */
export function risksOf(kind: Kind, change: RiskyChange, observed?: Spec): Risk[] {
  const action = change.intended ?? change.action;
  const found = new Set<Risk>();
  if (action === "delete" || action === "archive") found.add("removal");
  else for (const risk of fieldRisks(kind.schema, change)) found.add(risk);
  if (action === "replace") found.add("replace");
  if (action === "create" || action === "adopt") found.delete("visibility");
  if (changesOwner(kind, action, change, observed)) found.add("ownership");
  return order.filter((risk) => found.has(risk));
}

function fieldRisks(schema: AnnotatedSchema, { fields }: RiskyChange): Risk[] {
  const whole = fields.length > 0 ? riskIn(schema) : [];
  return [...whole, ...fields.flatMap(({ path }) => risksAlong(schema, path.split("/").slice(1)))];
}

/** The risks that stand on a field or on what it lies in. */
function risksAlong(schema: AnnotatedSchema, [name, ...rest]: readonly string[]): Risk[] {
  const field = name === undefined ? undefined : schema.properties?.[name];
  return field ? [...riskIn(field), ...risksAlong(field, rest)] : [];
}

function riskIn(schema: AnnotatedSchema): Risk[] {
  const stated = schema["x-plumbline-risk"];
  return [...(stated ? [stated] : []), ...(schema["x-plumbline-owners"] ? (["ownership"] as const) : [])];
}

/** Whether somebody comes to own the system by a change, or ceases to. */
function changesOwner({ resource }: Kind, action: string, { fields }: RiskyChange, observed: Spec = {}): boolean {
  if (!resource.owner) return false;
  const after = { ...observed, ...Object.fromEntries(fields.map((field) => [field.path.slice(1), field.after])) };
  const owns = action !== "create" && resource.owner(observed);
  const willOwn = action !== "delete" && action !== "archive" && resource.owner(after);
  return owns !== willOwn;
}
