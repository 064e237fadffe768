/** Addresses of PostgreSQL as they may be shown. */

/** @returns an address that may be shown: user, host, port and database. */
export function withoutPassword(url: string): string {
  try {
    const { protocol, username, host, pathname } = new URL(url);
    return `${protocol}//${username ? `${username}@` : ""}${host}${pathname}`;
  } catch {
    return "postgres:";
  }
}
