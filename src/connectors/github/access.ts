/**
 * Whose access it is: what the connection test and the system's identity are read from.
 *
 * A classic token's scopes stand in a header, a fine-grained token's nowhere; an App's permissions stand on
 * its installation, which only the App's own token may read.
 */
import { byLink, type Check, ConnectorError, type HttpReader } from "../../connector-kit/index.ts";

interface Person {
  id: number;
  login: string;
}

interface Installation {
  id: number;
  app_id: number;
  app_slug?: string;
  account?: { login?: string } | null;
  permissions?: Readonly<Record<string, string>>;
  suspended_at?: string | null;
}

/** The account that a token belongs to, its scopes where they are told, and when it ends. */
export async function tokenAccess(http: HttpReader): Promise<{ person: Person; check: Check }> {
  const { body, headers } = await http.get("/user", { what: "say whose token this is" });
  const { id, login } = body as Person;
  const scopes = headers.get("x-oauth-scopes");
  const expiresAt = moment(headers.get("github-authentication-token-expiration"));
  const check = {
    account: { id: String(id), name: login },
    ...(scopes === null ? {} : { scopes: words(scopes) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  return { person: { id, login }, check };
}

/**
 * Tries an App's installation, and tells the App's account and what it was granted.
 *
 * @param login whose installation it has to be.
 * @throws ConnectorError when the App has no such installation, it is suspended, or it is another account's.
 */
export async function appAccess(http: HttpReader, installationId: string, login: string): Promise<Check> {
  const found = await installation(http, installationId);
  if (!found) {
    throw new ConnectorError("NOT_FOUND", `The GitHub App has no installation ${installationId}.`);
  }
  const owner = found.account?.login ?? "";
  if (owner.toLowerCase() !== login.toLowerCase()) {
    const message = `The App's installation ${installationId} belongs to ${owner || "nobody"}, and the connection names ${login}.`;
    throw new ConnectorError("PERMISSION", message);
  }
  if (found.suspended_at) {
    throw new ConnectorError("PERMISSION", `The App's installation ${installationId} in ${owner} is suspended.`);
  }
  await http.get("/installation/repositories", { query: { per_page: 1 }, what: "show the App's repositories" });
  return {
    account: { id: String(found.app_id), ...(found.app_slug ? { name: `${found.app_slug}[bot]` } : {}) },
    scopes: Object.entries(found.permissions ?? {}).map(([name, level]) => `${name}:${level}`),
  };
}

async function installation(http: HttpReader, id: string): Promise<Installation | undefined> {
  const options = { as: "app", query: { per_page: 100 }, what: "list the App's installations" };
  for await (const one of byLink<Installation>(http, "/app/installations", options)) {
    if (String(one.id) === id) return one;
  }
  return undefined;
}

function words(list: string): string[] {
  return list
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
}

/** GitHub writes `2026-12-31 10:00:00 UTC`, or an offset such as `-0800`. */
function moment(text: string | null): string | undefined {
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:UTC|([+-]\d\d):?(\d\d))$/.exec(text ?? "");
  if (!parts) return undefined;
  const [, date, time, hours, minutes] = parts;
  return new Date(`${date}T${time}${hours === undefined ? "Z" : `${hours}:${minutes}`}`).toISOString();
}
