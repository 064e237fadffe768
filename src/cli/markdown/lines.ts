/** One change as a line of a list, with its fields below it. */
import type { Change, IntegrationPlan, Source } from "../../api/plan.ts";
import { type FieldDetail, fieldLines } from "./fields.ts";
import type { Entry } from "./parts.ts";
import { code, codeBlock, htmlCode } from "./text.ts";

/** Gives the address of a line of a file; `undefined` where there is none, as for standard input. */
export type Links = (source: Source) => string | undefined;

export interface LineOptions {
  links: Links | undefined;
  fields: FieldDetail;
  /** Says in which Integration it is. */
  named?: boolean;
}

const words: Readonly<Record<Change["action"], string>> = {
  create: "create",
  update: "change",
  replace: "replace",
  adopt: "adopt",
  delete: "delete",
  archive: "archive",
  blocked: "change",
};

const riskWords: Readonly<Record<NonNullable<Change["risks"]>[number], string>> = {
  removal: "something is taken away",
  replace: "removed and made anew",
  permission: "who may do what",
  visibility: "who can see it",
  ownership: "who owns it",
};

/** @returns the lines of one change: a list's item and, below it, a block of what changes. */
export function entryLines(entry: Entry, { links, fields, named }: LineOptions): string[] {
  const { change, integration } = entry;
  const parts = [`- **${wordOf(change)}** ${thing(change)}`];
  if (named) parts.push(`in ${code(nameOf(integration))}`);
  if (change.source) parts.push(placeOf(change.source, links));
  const remark = remarkOf(change);
  if (remark !== "") parts.push(`(${remark})`);
  const block = fieldLines(entry, fields);
  return [parts.join(" "), ...(block.length > 0 ? codeBlock(block, "diff", "  ") : [])];
}

/** @returns the file and line, linked where it is known where to. */
export function placeOf(source: Source, links: Links | undefined): string {
  const shown = code(`${source.file}:${source.line}`);
  const link = links?.(source);
  return link === undefined ? shown : `[${shown}](${link})`;
}

/** @returns what is done, as one word. */
export function wordOf({ action, intended, reason }: Change): string {
  if (action === "blocked") return words[intended ?? "update"];
  return action === "update" && reason === "Unarchive" ? "unarchive" : words[action];
}

/** @returns the Integration's name, with its namespace where it has one of its own. */
export function nameOf({ name, namespace }: IntegrationPlan): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** @returns an Integration for a summary's line of HTML. */
export function headOf(integration: IntegrationPlan): string {
  const { title, platform } = integration;
  const where = title === undefined ? htmlCode(platform) : `${htmlCode(platform)}, ${htmlCode(title)}`;
  return `${htmlCode(nameOf(integration))} (${where})`;
}

function thing({ kind, key }: Change): string {
  return code(`${kind}/${key}`);
}

/** Why a reviewer should look at it, as far as the word for what is done does not say. */
function remarkOf({ action, reason, cause, risks = [], message }: Change): string {
  const gone = action === "delete" || action === "archive";
  const why = gone
    ? []
    : risks.filter((risk) => risk !== "removal" || action === "update").map((risk) => riskWords[risk]);
  if (action === "replace" && risks.length === 0) why.push(riskWords.replace);
  if (reason === "NotDeclared") why.push("nobody declares it");
  if (reason === "Gone") why.push("it was removed outside");
  if (cause === "drift" && (gone || why.length > 0) && reason !== "Gone") why.push("not by what the manifests change");
  if (message !== undefined && action !== "blocked") why.push(code(message));
  return why.join("; ");
}
