/** Builds the address of a request, and keeps it where the credential may go. */
import type { RequestOptions } from "./types.ts";

/** An address that the platform gave, or a connector built, leads away from the platform. */
export class ForeignAddress extends Error {
  override readonly name = "ForeignAddress";
}

/**
 * @param base without a final slash.
 * @param path a path below the base address, or an absolute address (a link that the platform gave).
 * @param anyOrigin whether an absolute address may lead elsewhere, because no credential is sent.
 * @throws ForeignAddress, or Error for a path that is none.
 */
export function addressOf(base: URL, path: string, query: RequestOptions["query"], anyOrigin: boolean): URL {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(path) ? absolute(base, path, anyOrigin) : below(base, path);
  if (query) addQuery(url, query);
  if (url.href.includes("#")) url.hash = "";
  return url;
}

function addQuery(url: URL, query: NonNullable<RequestOptions["query"]>): void {
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      url.searchParams.append(name, String(one));
    }
  }
}

/** The part of an address below the base address; the whole path when it lies elsewhere. */
export function pathBelow(base: URL, url: URL): string {
  const prefix = prefixOf(base);
  return isBelow(prefix, base, url) ? url.pathname.slice(prefix.length) || "/" : url.pathname;
}

/** Whether an address lies below the base address. */
export function liesBelow(base: URL, url: URL): boolean {
  return isBelow(prefixOf(base), base, url);
}

function prefixOf({ pathname }: URL): string {
  return pathname === "/" ? "" : pathname.replace(/\/+$/, "");
}

function isBelow(prefix: string, base: URL, url: URL): boolean {
  return url.origin === base.origin && (url.pathname === prefix || url.pathname.startsWith(`${prefix}/`));
}

function absolute(base: URL, address: string, anyOrigin: boolean): URL {
  const url = URL.parse(address);
  if (!url) throw new ForeignAddress("the address cannot be read");
  if (url.username !== "" || url.password !== "") throw new ForeignAddress("the address holds a name or password");
  if (url.origin === base.origin) return url;
  if (!anyOrigin) {
    throw new ForeignAddress(`the address leads to ${url.origin}, and the credential is for ${base.origin} only`);
  }
  if (url.protocol !== "https:" && url.protocol !== base.protocol) {
    throw new ForeignAddress(`the address leads to ${url.origin}, which is not encrypted`);
  }
  return url;
}

function below(base: URL, path: string): URL {
  if (!path.startsWith("/")) throw new Error(`"${path}" is not a path: it has to start with "/".`);
  const url = new URL(base.origin + prefixOf(base) + path);
  if (!liesBelow(base, url)) throw new Error(`"${path}" leads out of ${base.origin}${base.pathname}.`);
  return url;
}
