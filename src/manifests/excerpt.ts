/**
 * The source line of a problem, with everything hidden that could be secret.
 *
 * What is hidden has one length, whatever stood there. Only where the problem itself lies further
 * right are stars drawn up to it, so that a caret below the excerpt still points at it.
 */
import { lineExtent } from "./line-starts.ts";
import type { PlacedNode } from "./position-tree.ts";
import type { SecretTest } from "./secret-fields.ts";
import type { DocumentPath, Position } from "./types.ts";
import type { YamlDocument, YamlText } from "./yaml.ts";

const MASK = "********";
/** A line may be a whole file of JSON; beyond this an excerpt helps nobody. */
const LONGEST = 400;

/** Starts of well-known credentials: their documentation is named in `secret-literals.ts`. */
const TOKEN = /\b(?:xox[a-z]|xapp|gh[a-z]_|github_pat_|AKIA|ASIA)[0-9A-Za-z_.-]{8,}|hooks\.slack\.com\/services\/\S+/g;

interface Range {
  start: number;
  end: number;
}

/** Cuts excerpts out of one document. */
export class Excerpts {
  private readonly document: YamlDocument;
  private readonly secret: SecretTest;
  private hidden: readonly Range[] | undefined;

  constructor(document: YamlDocument, secret: SecretTest) {
    this.document = document;
    this.secret = secret;
  }

  /** @returns the line at a position, masked; undefined for one that is too long to help. */
  at(position: Position): string | undefined {
    this.hidden ??= hiddenRanges(this.document.tree(), this.secret);
    return excerpt(this.document.source, position, this.hidden);
  }
}

/** @returns the line of a text that did not parse; undefined when the text speaks of secrets anywhere. */
export function unparsedExcerpt(source: YamlText, position: Position): string | undefined {
  return /credentials|secret/i.test(source.text) ? undefined : excerpt(source, position, []);
}

/** Hides what looks like a well-known credential. */
export function withoutTokens(text: string): string {
  return text.replace(TOKEN, MASK);
}

function excerpt(source: YamlText, position: Position, hidden: readonly Range[]): string | undefined {
  const { text } = source;
  const extent = lineExtent(text, source.lines(), position.line - 1);
  if (extent.start + position.column > extent.start + LONGEST) return undefined;
  const caret = extent.start + position.column - 1;
  let line = "";
  let at = extent.start;
  let masked = false;
  for (const range of hidden) {
    if (range.end <= at || range.start >= extent.end) continue;
    line += text.slice(at, Math.max(range.start, at));
    masked = true;
    at = Math.min(range.end, extent.end);
    if (at <= caret) {
      line += "*".repeat(caret - extent.start - line.length);
      at = caret;
    } else {
      line += MASK;
    }
  }
  const rest = text.slice(at, extent.end);
  const whole = withoutTokens(line + (masked ? rest.replace(/\s#.*$/, "") : rest));
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
}

/** @returns what to hide, in the order of the text. */
function hiddenRanges(tree: PlacedNode, secret: SecretTest): Range[] {
  const ranges: Range[] = [];
  const path: (string | number)[] = [];
  const visit = (node: PlacedNode, inherited: boolean): void => {
    const isHidden = inherited || secret(path);
    if (isHidden) hide(ranges, node);
    for (const [name, child] of node.children ?? []) {
      path.push(name);
      if (isHidden && mayBeSecretKey(path, child)) ranges.push({ start: child.key, end: child.keyEnd });
      visit(child, isHidden);
      path.pop();
    }
  };
  visit(tree, false);
  return ranges.sort((a, b) => a.start - b.start);
}

function hide(ranges: Range[], node: PlacedNode): void {
  if (node.alias) ranges.push({ start: node.alias.offset, end: node.alias.end });
  if (!node.children && node.end > node.offset) ranges.push({ start: node.offset, end: node.end });
}

/** Whether somebody may have put a secret where a key stands: `token: { hunter2 }`. */
function mayBeSecretKey(path: DocumentPath, { key, plain }: PlacedNode): boolean {
  const name = path.at(-1);
  if (key === -1 || typeof name !== "string" || REFERENCE_KEYS.includes(name)) return false;
  return plain === "" || (path[1] === "credentials" && path.length > 3);
}

const REFERENCE_KEYS = ["env", "file", "secretKeyRef", "sealed", "name", "key"];
