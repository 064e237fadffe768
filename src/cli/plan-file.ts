/** Saved plans: from a file to a plan that may be trusted to be one. */
import { type AnnotatedSchema, PLAN_FORMAT, type Plan, Plan as PlanSchema } from "../api/index.ts";
import { createSchemaCompiler } from "../manifests/schema-compiler.ts";
import { planHash } from "../reconcile/document.ts";
import { VERSION } from "../version.ts";
import { UserError } from "./errors.ts";

/**
 * Reads what `plan --out` or `plan -o json` wrote.
 *
 * @param shown the file's name, for messages.
 * @throws UserError when it is no plan, was changed by hand, or has a newer format.
 */
export function parsePlan(text: string, shown: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // Not the parser's own words: they quote the file, which may be anything.
    throw new UserError(`${shown} is not JSON. ${REMEDY}`, { cause });
  }
  const { kind, format } = (value ?? {}) as { kind?: unknown; format?: unknown };
  if (kind !== "Plan") throw new UserError(`${shown} is no plan: it does not say kind: "Plan". ${REMEDY}`);
  if (typeof format === "number" && format > PLAN_FORMAT) {
    throw new UserError(
      `${shown} has the plan format ${format}, and Plumbline ${VERSION} knows formats up to ${PLAN_FORMAT}. ` +
        "Use the version of Plumbline that made it, or a newer one.",
    );
  }
  const check = createSchemaCompiler().compile(PlanSchema as unknown as AnnotatedSchema);
  if (!check(value)) {
    const [error] = check.errors ?? [];
    throw new UserError(`${shown} is a damaged plan: ${error?.instancePath || "it"} ${error?.message}. ${REMEDY}`);
  }
  const plan = value as Plan;
  if (planHash(plan.integrations) !== plan.hash) {
    throw new UserError(`${shown} was changed after it was made: its hash does not fit. ${REMEDY}`);
  }
  return plan;
}

const REMEDY = "Make a new one with: plumbline plan --out plan.json";
