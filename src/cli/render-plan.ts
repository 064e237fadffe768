/**
 * A plan as people read it.
 *
 * It is made from the plan document and nothing else: what is shown is what runs. All that comes from
 * systems and manifests is made visible (`plain-text.ts`) before it is laid out.
 */
import stringWidth from "string-width";
import type { Change, FieldChange, IntegrationPlan, Plan } from "../api/plan.ts";
import { quietReasons } from "../reconcile/reasons.ts";
import type { Paint, Style } from "./paint.ts";
import { count, pad, paragraph, shorten, visible, wrap } from "./plain-text.ts";
import { planSummary } from "./plan-summary.ts";
import { fieldName, fieldText } from "./render-field.ts";

export interface PlanOptions {
  width: number;
  paint: Paint;
  /** What is said last, after the counts: `Nothing was written.` */
  end?: string;
  /** The words of the last line; default: {@link planSummary}. */
  summary?: string;
  /**
   * `plan`: many blocked changes that are as configured become one line a reason, unless they are only
   * observed. `apply`: however few they are. `drift`: never.
   */
  mode?: "plan" | "apply" | "drift";
}

/** Blocked changes of one configured reason are listed up to this number. */
const LISTED = 3;
/** The column for causes, counted from the right edge. */
const RIGHT = 12;
/** Names of things get at least so many columns, so that what stands beside them lines up. */
const NAMES = 25;
/** The widest that lines get, so that the causes stay near what they are about. */
const WIDEST = 120;

/** Said where nothing is on record of an Integration. */
const FIRST_RUN = "No earlier run is on record, so nobody can tell drift from changes, and nothing is removed.";

/** Errors of a plan with a base that a reviewer has to see first. */
const REFUSALS: ReadonlySet<string> = new Set(["UntrustedConnection", "UntrustedConnector"]);

interface Layout {
  /** Whether a base tells what the manifests changed. */
  based: boolean;
  paint: Paint;
  width: number;
  /** Columns before the causes. */
  left: number;
  mode: NonNullable<PlanOptions["mode"]>;
}

/** Signs, words and colours of the actions. */
const looks: Readonly<Record<Change["action"], { sign: string; style: Style; word: string }>> = {
  create: { sign: "+", style: "green", word: "" },
  update: { sign: "~", style: "yellow", word: "" },
  replace: { sign: "±", style: "red", word: "replace: removed and made anew" },
  adopt: { sign: "=", style: "cyan", word: "adopt" },
  delete: { sign: "-", style: "red", word: "delete" },
  archive: { sign: "-", style: "red", word: "archive" },
  blocked: { sign: "!", style: "magenta", word: "" },
};

/** @returns the whole plan, ending in a line end. */
export function renderPlan(plan: Plan, options: PlanOptions): string {
  const width = Math.min(options.width, WIDEST);
  const layout: Layout = {
    ...{ based: plan.base !== undefined, paint: options.paint, width },
    ...{ left: width - RIGHT, mode: options.mode ?? "plan" },
  };
  const refused = plan.integrations.filter(isRefused);
  const order = [...refused, ...plan.integrations.filter((integration) => !isRefused(integration))];
  const parts = order.map((integration) => integrationLines(integration, layout));
  const blocks = [baseLines(plan, layout), ...parts]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"));
  const last = [options.summary ?? planSummary(plan), options.end].filter((part) => part !== undefined && part !== "");
  return `${[...blocks, options.paint("bold", last.join(" "))].join("\n")}\n`;
}

/** What the manifests were compared with, and what of them took no effect. */
function baseLines({ base }: Plan, layout: Layout): string[] {
  if (!base) return [];
  const { ref, commit, notices = [] } = base;
  const lines = [layout.paint("dim", visible(`Compared with ${ref}, at ${commit.slice(0, 12)}.`))];
  for (const { code, message: text } of notices) {
    lines.push(...message(`! ${visible(code)}: ${paragraph(text)}`, 2, "magenta", layout));
  }
  return lines;
}

function isRefused({ error }: IntegrationPlan): boolean {
  return error !== null && REFUSALS.has(error.code);
}

function integrationLines(integration: IntegrationPlan, layout: Layout): string[] {
  const { changes, inventory } = integration;
  const lines = [headLine(integration, layout), ...failureLines(integration, layout)];
  if (layout.based) {
    const [before, since] = [changes.filter(isDrifted), changes.filter((change) => !isDrifted(change))];
    lines.push(...group("changed since", since, integration, layout));
    lines.push(...group("different before", before, integration, layout));
  } else {
    lines.push(...changesLines(changes, integration, layout));
  }
  if (lines.length === 1) lines.push(layout.paint("dim", `  ${nothing(integration, layout.mode)}`));
  else if (inventory === "absent" && fold(changes, layout.mode).shown.some(({ cause }) => cause === "unknown")) {
    lines.push(...wrap(FIRST_RUN, layout.width - 2).map((line) => layout.paint("dim", `  ${line}`)));
  }
  return lines;
}

function isDrifted({ cause }: Change): boolean {
  return cause === "drift";
}

/** Changes under a heading; nothing where there are none. */
function group(heading: string, changes: readonly Change[], integration: IntegrationPlan, layout: Layout): string[] {
  if (changes.length === 0) return [];
  return [layout.paint("bold", `  ${heading}:`), ...changesLines(changes, integration, layout)];
}

function changesLines(changes: readonly Change[], integration: IntegrationPlan, layout: Layout): string[] {
  const { shown, folded } = fold(changes, layout.mode);
  const names = Math.max(NAMES, ...shown.map((change) => stringWidth(placeOf(change)) + 2));
  const place = Math.min(names, layout.left - 20);
  return [
    ...shown.flatMap((change) => changeLines(change, place, integration, layout)),
    ...[...folded].map(([reason, some]) => foldedLine(reason, some, layout)),
  ];
}

function headLine(integration: IntegrationPlan, layout: Layout): string {
  const { name, namespace, platform, title, requests, mode, view } = integration;
  const full = visible(namespace ? `${namespace}/${name}` : name);
  const about = [platform, title, mode === "Observe" ? "observed only" : undefined]
    .filter((part) => part !== undefined)
    .map(visible)
    .join(" · ");
  const room = layout.left - stringWidth(full) - 4;
  const text = `${layout.paint("bold", full)}   ${layout.paint("dim", shorten(about, Math.max(room, 8)))}`;
  const used = stringWidth(full) + 3 + Math.min(stringWidth(about), Math.max(room, 8));
  return withRight(text, used, view === "offline" ? "offline" : count(requests.read, "request"), layout);
}

/** Puts a word into the column of causes. */
function withRight(text: string, used: number, right: string, { left, paint }: Layout, style: Style = "dim"): string {
  if (right === "") return text;
  return `${text}${" ".repeat(Math.max(1, left - used))}${paint(style, right)}`;
}

function failureLines({ error, failures = [] }: IntegrationPlan, layout: Layout): string[] {
  const lines: string[] = [];
  if (error?.code === "Suspended") lines.push(layout.paint("dim", `  suspended: ${paragraph(error.message)}`));
  else if (error) lines.push(...message(`× ${visible(error.code)}: ${paragraph(error.message)}`, 4, "red", layout));
  for (const { kind, code, message: text } of failures) {
    const what = `× ${visible(kind)} could not be read: ${visible(code)}: ${paragraph(text)}`;
    lines.push(...message(what, 4, "red", layout));
  }
  return lines;
}

/** A long text in lines under one another; the first starts two columns further left. */
function message(text: string, indent: number, style: Style, { paint, width }: Layout): string[] {
  const lines = wrap(text, width - indent);
  return lines.map((line, index) => paint(style, " ".repeat(index === 0 ? indent - 2 : indent) + line));
}

/** Parts what is listed from what becomes one line a reason. */
function fold(changes: readonly Change[], mode: Layout["mode"]): { shown: Change[]; folded: Map<string, Change[]> } {
  const folded = new Map<string, Change[]>();
  const quiet = changes.filter(({ action, reason }) => action === "blocked" && quietReasons.has(reason));
  for (const [reason, group] of Map.groupBy(quiet, (change) => change.reason)) {
    const many = reason !== "Observe" && group.length > LISTED;
    if (mode === "apply" || (mode === "plan" && many)) folded.set(reason, group);
  }
  const shown = changes.filter((change) => change.action !== "blocked" || !folded.has(change.reason));
  return { shown, folded };
}

function foldedLine(reason: string, changes: readonly Change[], { paint, width }: Layout): string {
  const names = changes.map(placeOf).join(", ");
  return paint("dim", shorten(`  ! ${changes.length} blocked: ${visible(reason)} (${names})`, width));
}

function placeOf({ kind, key }: Pick<Change, "kind" | "key">): string {
  return visible(`${kind}/${key}`);
}

function changeLines(change: Change, place: number, { inventory }: IntegrationPlan, layout: Layout): string[] {
  const fields = change.fields.filter(({ path }) => path.length > 1);
  const cause = fields.length === 0 || change.action === "create" ? causeWord(change.cause, inventory) : "";
  const lines = changeHead(change, place, cause, layout);
  if (change.action === "blocked" && change.message && !quietReasons.has(change.reason)) {
    lines.push(...message(paragraph(change.message), 8, "magenta", layout));
  }
  if (change.action === "create" || (change.action === "blocked" && change.intended === "create")) {
    return [...lines, ...createdFields(change, fields, layout)];
  }
  return [...lines, ...fieldLines(change, fields, inventory, layout)];
}

/** The thing, with the remark beside it, or below where the window is too narrow for both. */
function changeHead(change: Change, place: number, cause: string, layout: Layout): string[] {
  const { sign, style } = looks[change.action];
  const { paint } = layout;
  const thing = placeOf(change);
  const name = pad(thing, Math.max(place, stringWidth(thing) + 2));
  const rest = remark(change);
  const restStyle = change.action === "blocked" ? style : "dim";
  const beside = 4 + stringWidth(name) + stringWidth(rest) <= layout.width;
  const shown = beside ? `${name}${paint(restStyle, rest)}` : thing;
  const used = 4 + (beside ? stringWidth(name) + stringWidth(rest) : stringWidth(thing));
  const head = withRight(`  ${paint(style, sign)} ${shown}`, used, cause, layout, causeStyle(cause)).trimEnd();
  return beside ? [head] : [head, ...message(rest, 8, restStyle, layout)];
}

/** What stands beside the name: where it is declared, and what is done where the sign does not say. */
function remark({ action, intended, reason, source, message }: Change): string {
  const where = source ? visible(`${source.file}:${source.line}`) : "";
  if (action === "blocked")
    return [`${intended ?? "change"} blocked: ${visible(reason)}`, where].filter(Boolean).join("  ");
  const word = action === "update" && reason === "Unarchive" ? "unarchive" : looks[action].word;
  const why = reason === "NotDeclared" ? " (nobody declares it)" : reason === "Gone" ? "it was removed outside" : "";
  return [where, `${word}${why}`, message && visible(message)].filter(Boolean).join("  ");
}

function causeWord(cause: Change["cause"] | undefined, inventory: string): string {
  if (cause === "drift") return "drift";
  return cause === "unknown" && inventory === "present" ? "unknown" : "";
}

function causeStyle(cause: string): Style {
  return cause === "drift" ? "yellow" : "dim";
}

/** What a new thing will hold, as far as it says more than its name. */
function createdFields(change: Change, fields: readonly FieldChange[], layout: Layout): string[] {
  const own = change.key.split("/").at(-1) ?? "";
  const telling = fields.filter(({ after }) => String(after).toLowerCase() !== own.toLowerCase());
  const names = Math.min(Math.max(0, ...telling.map(({ path }) => stringWidth(fieldName(path)))), 24);
  return telling.map((field) => {
    const name = pad(visible(fieldName(field.path)), names);
    return `      ${layout.paint("dim", name)}  ${fieldText(field, layout.width - names - 8)}`;
  });
}

function fieldLines(change: Change, fields: readonly FieldChange[], inventory: string, layout: Layout): string[] {
  const names = Math.min(Math.max(0, ...fields.map(({ path }) => stringWidth(fieldName(path)))), 24);
  return fields.map((field) => {
    const name = pad(visible(fieldName(field.path)), names);
    const { source } = field;
    const elsewhere =
      source && source.file !== change.source?.file ? `  ${visible(`${source.file}:${source.line}`)}` : "";
    const space = layout.left - names - 10 - stringWidth(elsewhere);
    const text = fieldText(field, Math.max(space, 24));
    const line = `      ${name}  ${text}${layout.paint("dim", elsewhere)}`;
    const used = 8 + stringWidth(name) + stringWidth(text) + stringWidth(elsewhere);
    const cause = causeWord(field.cause ?? change.cause, inventory);
    return withRight(line, used, cause, layout, causeStyle(cause));
  });
}

function nothing({ unchanged = 0 }: IntegrationPlan, mode: Layout["mode"]): string {
  if (mode === "drift") return "no drift";
  if (unchanged === 0) return "nothing is declared";
  return unchanged === 1 ? "1 thing is as declared" : `${unchanged} things are as declared`;
}
