/**
 * Where a redirect may lead.
 *
 * Redirects are followed by hand, so that neither a credential nor a body goes to another origin and
 * no write turns into a read. The method never changes; GitHub answers 301 or 307 to writes of a
 * renamed repository, and 303 says that a write is already done.
 */
import type { Call } from "./call.ts";

export const MOST_REDIRECTS = 5;

export type Redirect = { follow: URL } | { refused: string };

/**
 * @param from the address that answered.
 * @returns `undefined` when the answer is no redirect.
 */
export function redirectOf(call: Call, from: URL, status: number, location: string | null): Redirect | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  if (location === null || !URL.canParse(location, from.href)) return { refused: "it redirects to no address" };
  const to = new URL(location, from.href);
  to.hash = "";
  const safe = call.method === "GET" || call.method === "HEAD";
  if (status === 303 && !safe) return { refused: "it redirects elsewhere after having acted" };
  if (to.origin === from.origin) return { follow: to };
  if (call.options.authorize !== false || !safe) return { refused: foreign(from, to) };
  if (to.protocol !== "https:") return { refused: `it redirects to ${to.origin}, which is not encrypted` };
  return { follow: to };
}

function foreign(from: URL, to: URL): string {
  const remedy = "If that is where the system lives now, state it as connection.baseUrl";
  return `it redirects to ${to.origin}, and what is sent to ${from.origin} goes nowhere else. ${remedy}`;
}
