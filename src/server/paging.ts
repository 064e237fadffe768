/** Pages: a cursor is opaque to whoever asks, and says where the next page begins. */
import { maySee, type Principal } from "./auth.ts";
import { forbidden } from "./endpoint.ts";
import { HttpError } from "./http-error.ts";
import { PAGE } from "./schemas.ts";

/** @returns a cursor for a place in a list. */
export function cursorOf(list: string, place: string | number): string {
  return Buffer.from(`${list}:${place}`).toString("base64url");
}

/** @returns the place. @throws HttpError 400 for what no page of this list gave. */
export function placeOf(list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, "base64url").toString();
  if (text.startsWith(`${list}:`)) return text.slice(list.length + 1);
  throw badCursor();
}

/** {@link placeOf} for lists whose places are numbers. */
export function numberedPlaceOf(list: string, cursor: string | undefined): number | undefined {
  const place = placeOf(list, cursor);
  if (place === undefined) return undefined;
  const number = Number(place);
  if (/^\d+$/.test(place) && Number.isSafeInteger(number)) return number;
  throw badCursor();
}

function badCursor(): HttpError {
  return new HttpError(400, "BadRequest", "The cursor is not one that a page of this list gave as `next`.");
}

/**
 * Reads one more than a page holds, to know whether another follows.
 *
 * @param read gives at most so many. @param next gives the cursor that goes on after an item.
 */
export async function page<T, V>(
  limit: number = PAGE,
  read: (limit: number) => Promise<readonly T[]>,
  next: (last: T) => string,
  view: (item: T) => V,
): Promise<{ items: V[]; next?: string }> {
  const found = await read(limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(view),
    ...(found.length > limit && last !== undefined ? { next: next(last) } : {}),
  };
}

/**
 * The namespace that a list is about.
 *
 * @returns undefined for all.
 * @throws HttpError 403 for one that the token is not bound to, 400 where a bound token has to name one.
 */
export function listedNamespace(principal: Principal, asked: string | undefined): string | undefined {
  const { namespaces } = principal;
  if (asked !== undefined)
    return maySee(principal, asked) ? asked : forbidden("The token is bound to other namespaces.");
  if (namespaces === undefined || namespaces.length === 1) return namespaces?.[0];
  throw new HttpError(400, "BadRequest", "The token is bound to several namespaces: name one with ?namespace=.");
}
