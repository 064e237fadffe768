/**
 * One comment that is changed in place.
 *
 * It is known by a hidden mark at its end, which stands for what was planned, and by who wrote it: anybody can
 * quote a mark, and a comment of somebody else is never touched. Hosts have no way to make a comment only where
 * there is none, so whoever made one looks again: of two that were made at once the older stays.
 */
import { createHash } from "node:crypto";
import { ConnectorError } from "../../connector-kit/errors.ts";
import type { Host, PostedComment } from "./host.ts";

/** What became of the comment. */
export type Outcome = "made" | "changed" | "as it was" | "left out";

/** @returns the mark of the comment about something; its digest, so that no name can end the HTML comment. */
export function markOf(id: string): string {
  return `<!-- plumbline-plan: ${createHash("sha256").update(id).digest("hex").slice(0, 32)} -->`;
}

/**
 * Posts a text as the one comment with this mark.
 *
 * @param text without the mark.
 * @param needed whether a comment is made where there is none yet.
 * @throws ConnectorError when the host refuses.
 */
export async function keepComment(host: Host, mark: string, text: string, needed: boolean): Promise<Outcome> {
  const body = `${text.trimEnd()}\n\n${mark}`;
  const account = await host.account();
  const own = ownOf(await host.comments(), mark, account);
  if (own.length > 0 && (await settle(host, own, body)) !== "gone")
    return isSame(own[0], body) ? "as it was" : "changed";
  if (!needed) return "left out";
  const made = await create(host, mark, body, account);
  const others = ownOf(await host.comments(), mark, made.author ?? account).filter(({ id }) => id !== made.id);
  await settle(host, [...others, made].toSorted(byAge), body);
  return others.some(({ id }) => id < made.id) ? "changed" : "made";
}

/** Changes the oldest, and deletes the others. */
async function settle(host: Host, own: readonly PostedComment[], body: string): Promise<"kept" | "gone"> {
  const [oldest, ...others] = own as readonly [PostedComment, ...PostedComment[]];
  if (!isSame(oldest, body) && !(await host.update(oldest.id, body))) return "gone";
  for (const { id } of others) await host.remove(id);
  return "kept";
}

/** A request whose answer never came may have been carried out. */
async function create(host: Host, mark: string, body: string, account: string): Promise<PostedComment> {
  try {
    return await host.create(body);
  } catch (error) {
    if (!(error instanceof ConnectorError) || !error.outcomeUnknown) throw error;
    const [made] = ownOf(await host.comments(), mark, account).filter((one) => isSame(one, body));
    if (made) return made;
    throw error;
  }
}

function ownOf(comments: readonly PostedComment[], mark: string, account: string): PostedComment[] {
  return comments
    .filter(({ body, author }) => body.trimEnd().endsWith(mark) && author?.toLowerCase() === account.toLowerCase())
    .toSorted(byAge);
}

/** Hosts number comments as they come. */
function byAge(a: PostedComment, b: PostedComment): number {
  return a.id - b.id;
}

/** A host may answer with other line ends and without the last one. */
function isSame(comment: PostedComment | undefined, body: string): boolean {
  return comment?.body.replaceAll("\r\n", "\n").trimEnd() === body.trimEnd();
}
