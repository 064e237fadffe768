/**
 * Turns what PostgreSQL and the network throw into one {@link StoreError} with a remedy.
 *
 * Classified by SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html) and by Node.js's codes, never by
 * text: a server's message may be in any language.
 */
import { StoreError, type StoreErrorCode } from "../types.ts";

interface Fault {
  code: StoreErrorCode;
  what: string;
  remedy: string;
}

const away: Fault = {
  code: "Unreachable",
  what: "does not answer",
  remedy: "Look whether the server runs and whether this machine may reach it",
};

const DEADLOCK = "40P01";
const SERIALIZATION_FAILURE = "40001";
const TRIES = 5;

/** By the first two characters: the class. */
const classes: ReadonlyMap<string, Fault> = new Map([
  ["08", away],
  ["57", { ...away, what: "is shutting down or ended the connection" }],
  ["28", { code: "Unwritable", what: "refused the user or the password", remedy: "Correct the address after --state" }],
  ["3D", { code: "BadUrl", what: "has no such database", remedy: "Create it, or correct the address after --state" }],
  [
    "42501",
    {
      code: "Unwritable",
      what: "denied a permission",
      remedy: "Give its user the right to create and change tables in its schema",
    },
  ],
  [
    "53",
    {
      code: "Full",
      what: "has no room or no connections left",
      remedy: "Free disk space or connections on the server",
    },
  ],
  ["25006", { code: "Unwritable", what: "is read-only (a standby?)", remedy: "Name the primary server" }],
]);

const network: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ENOENT",
]);

/** Runs a transaction or a statement; what it throws leaves as a StoreError where a user can do something about it. @param where without password. */
export async function explainingPostgres<T>(where: string, run: () => Promise<T>): Promise<T> {
  try {
    return await again(run);
  } catch (error) {
    const fault = faultOf(error);
    if (!fault) throw error;
    // The server's own words may quote a row, so they stay in the cause.
    throw new StoreError(fault.code, `${where} ${fault.what}. ${fault.remedy}, then run the command again.`, {
      cause: error,
    });
  }
}

/** The server ends one of two transactions that wait for each other; done again alone, it succeeds. */
async function again<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (tries === TRIES || (code !== DEADLOCK && code !== SERIALIZATION_FAILURE)) throw error;
    }
  }
}

function faultOf(error: unknown): Fault | undefined {
  if (error instanceof StoreError || !(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") {
    if (network.has(code)) return away;
    return classes.get(code) ?? (/^[0-9A-Z]{5}$/.test(code) ? classes.get(code.slice(0, 2)) : undefined);
  }
  // pg has no code for a connection that ended or timed out.
  return /^(Connection terminated|timeout exceeded|Client has encountered a connection error)/.test(error.message)
    ? away
    : undefined;
}
