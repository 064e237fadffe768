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

/** An address, with what limits, breaker and reader ask of it, made once and not for each question. */
export interface Place {
  readonly url: URL;
  readonly origin: string;
  readonly host: string;
  /** Whether it lies below the base address. */
  readonly below: boolean;
  /** Its path below the base address; the whole path when it lies elsewhere. */
  readonly path: string;
}

export function placeOf(base: URL, url: URL): Place {
  const prefix = prefixOf(base);
  const { origin, host, pathname } = url;
  const below = isBelow(prefix, base, url);
  return { url, origin, host, below, path: below ? pathname.slice(prefix.length) || "/" : pathname };
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
  const prefix = prefixOf(base);
  const url = new URL(base.origin + prefix + path);
  if (!isBelow(prefix, base, url)) throw new Error(`"${path}" leads out of ${base.origin}${base.pathname}.`);
  return url;
}
