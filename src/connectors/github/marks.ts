/**
 * Hidden marks in the text of issues and comments.
 *
 * GitHub knows no idempotency keys. An HTML comment at the end of a text is not shown, and tells a repetition
 * from something new. A mark's name never holds two hyphens or an angle bracket, which would end the comment.
 */
import { createHash } from "node:crypto";

const anyMark = /\s*<!-- plumbline-(?:run|comment): [^<>]* -->/g;

/** The mark of a run; its key may hold anything, so that its hash stands for it. */
export function runMark(key: string): string {
  return `<!-- plumbline-run: ${keyHash(key)} -->`;
}

/** The mark of a comment that is changed in place. */
export function commentMark(name: string): string {
  return `<!-- plumbline-comment: ${name} -->`;
}

/** @returns 32 hex digits that stand for a run's key wherever other people may read it. */
export function keyHash(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

/** A mark in the text itself is taken out, so that no text passes for another one. */
export function marked(text: string, mark: string): string {
  const rest = unmarked(text);
  return rest === "" ? mark : `${rest}\n\n${mark}`;
}

/** @returns the text as its author wrote it. */
export function unmarked(text: string | null | undefined): string {
  return (text ?? "").replace(anyMark, "");
}

/** GitHub may answer a text with other line ends and without its last one. */
export function hasMark(text: string | null | undefined, mark: string): boolean {
  return (text ?? "").trimEnd().endsWith(mark);
}
