/**
 * A plan as findings: what failed, what is held back, what drifted, what will change.
 *
 * Values come from the plan's fields, where secrets already are `(sensitive)`.
 */
import type { Change, IntegrationPlan, Source } from "../../api/plan.ts";
import { quietReasons } from "../../reconcile/reasons.ts";
import { count, paragraph } from "../plain-text.ts";
import { fieldName, fieldText } from "../render-field.ts";
import { type Draft, type Finding, findings, type Level, type Verdict } from "./finding.ts";
import type { ToPath } from "./places.ts";
import { homeKey, type PlanInput } from "./types.ts";

/** Columns of one field's values in a message, and how many fields it names. */
const FIELD_WIDTH = 160;
const FIELDS = 12;

const removing: ReadonlySet<string | undefined> = new Set(["delete", "archive", "replace"]);

/** What becomes of a thing. */
const said: Readonly<Record<Exclude<Change["action"], "blocked">, string>> = {
  create: "would be created",
  update: "would be changed",
  replace: "would be removed and made anew",
  adopt: "would be taken over",
  delete: "would be deleted",
  archive: "would be archived",
};

interface Part {
  integration: IntegrationPlan;
  /** As people write it: without the default namespace. */
  group: string;
  home: Source | undefined;
  command: PlanInput["command"];
  toPath: ToPath;
}

/** @returns a finding a failure and a change, in the plan's order; one of level none for a part without either. */
export function planFindings({ plan, homes, command }: Omit<PlanInput, "where">, toPath: ToPath): Finding[] {
  const drafts = plan.integrations.flatMap((integration) => {
    const { name, namespace } = integration;
    const group = namespace === undefined ? name : `${namespace}/${name}`;
    return partDrafts({ integration, group, home: homes.get(homeKey(integration)), command, toPath });
  });
  return findings(drafts.length > 0 ? drafts : [nothingDeclared]);
}

const nothingDeclared: Draft = {
  level: "none",
  verdict: "passed",
  removal: false,
  rule: "NothingDeclared",
  message: "Nothing is declared.",
  group: "plumbline",
  subject: "nothing is declared",
  identity: ["nothing"],
};

function partDrafts(part: Part): Draft[] {
  const { error, failures = [], changes } = part.integration;
  const drafts = [
    ...(error ? [failureDraft(part, "", error)] : []),
    ...failures.map((failure) => failureDraft(part, failure.kind, failure)),
    ...changes.map((change) => changeDraft(part, change)),
  ];
  return drafts.length > 0 ? drafts : [quietDraft(part)];
}

/** @param kind what could not be read; empty for all of the Integration. */
function failureDraft(part: Part, kind: string, { code, message }: { code: string; message: string }): Draft {
  const suspended = kind === "" && code === "Suspended";
  const what = kind === "" ? "" : `${kind} could not be read: `;
  return {
    level: suspended ? "note" : "error",
    verdict: suspended ? "skipped" : "error",
    removal: false,
    rule: code,
    message: paragraph(`${part.group}: ${what}${message}`),
    ...placeOf(part, undefined),
    group: part.group,
    subject: kind === "" ? "Integration" : `${kind} (read)`,
    identity: ["failure", part.group, kind, code],
  };
}

function quietDraft({ group, integration, command }: Part): Draft {
  const unchanged = count(integration.unchanged ?? 0, "thing is", "things are");
  return {
    level: "none",
    verdict: "passed",
    removal: false,
    rule: "AsDeclared",
    message: paragraph(`${group}: ${command === "drift" ? "no drift" : `no changes: ${unchanged} as declared`}.`),
    group,
    subject: command === "drift" ? "no drift" : "no changes",
    identity: ["quiet", group],
  };
}

function changeDraft(part: Part, change: Change): Draft {
  const rule = ruleOf(part, change);
  return {
    level: levelOf(part, change),
    verdict: verdictOf(part, change),
    removal: isRemoval(change),
    rule,
    message: paragraph(messageOf(part, change)),
    ...placeOf(part, change.source),
    group: part.group,
    subject: `${change.kind}/${change.key}`,
    identity: ["change", part.group, change.kind, change.key, rule],
  };
}

/** A change's reason; where it has none, whether it drifted, else what is done. */
function ruleOf(part: Part, change: Change): string {
  if (change.reason !== "") return change.reason;
  if (drifted(part, change)) return "Drift";
  return `${change.action.charAt(0).toUpperCase()}${change.action.slice(1)}`;
}

function levelOf(part: Part, change: Change): Level {
  if (isHeldBack(change)) return "error";
  if (drifted(part, change)) return "warning";
  if (change.action === "blocked") return "note";
  return removing.has(change.action) || (change.risks ?? []).length > 0 ? "warning" : "note";
}

/** A plan's changes are what somebody asked for, and pass; what a brake holds back does not, nor does drift of `drift`. */
function verdictOf(part: Part, change: Change): Verdict {
  if (isHeldBack(change) || part.command === "drift") return "failure";
  return change.action === "blocked" ? "skipped" : "passed";
}

/** Held back by something else than the manifest's own policy. */
function isHeldBack({ action, reason }: Change): boolean {
  return action === "blocked" && !quietReasons.has(reason);
}

/** `drift` lists nothing else; without a record of earlier runs it cannot be told from a change. */
function drifted({ command }: Part, { cause }: Change): boolean {
  return command === "drift" || cause === "drift";
}

function isRemoval(change: Change): boolean {
  return removing.has(change.action) || (isHeldBack(change) && removing.has(change.intended));
}

function messageOf(part: Part, change: Change): string {
  const { action, intended, reason, message, risks = [] } = change;
  const drift = drifted(part, change) ? (change.cause === "drift" ? " (drift)" : " (drift or change)") : "";
  const what = action === "blocked" ? `${intended ?? "change"} is blocked (${reason})` : said[action];
  const why = [message, risks.length === 0 ? undefined : `Look twice: ${risks.join(", ")}.`];
  const text = `${part.group}: ${change.kind}/${change.key} ${what}${drift}${fieldsText(change)}.`;
  return [text, ...why].filter((one) => one !== undefined && one !== "").join(" ");
}

function fieldsText({ fields }: Change): string {
  const named = fields.filter(({ path }) => path.length > 1);
  if (named.length === 0) return "";
  const texts = named.slice(0, FIELDS).map((field) => `${fieldName(field.path)}: ${fieldText(field, FIELD_WIDTH)}`);
  const more = named.length > FIELDS ? `; and ${named.length - FIELDS} more` : "";
  return `: ${texts.join("; ")}${more}`;
}

/** Where a thing is declared; what nobody declares any more stands at its Integration. */
function placeOf({ home, toPath }: Part, source: Source | undefined): Pick<Draft, "place"> {
  const at = source ?? home;
  const path = toPath(at?.file);
  return at === undefined || path === undefined ? {} : { place: { path, line: at.line } };
}
