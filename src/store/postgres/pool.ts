/**
 * Connections to PostgreSQL, as Kysely takes them.
 *
 * Whole numbers come as numbers (`pg` gives text for `bigint`; none of ours leaves the safe range), and texts
 * that PostgreSQL refuses are encoded on the way in and decoded on the way out, in this one place.
 */
import type { PostgresPool, PostgresPoolClient } from "kysely";
import pg from "pg";
import { decodeText, encodeText } from "../events/text.ts";

/** `int8`, see the server's catalogue pg_type. */
const INT8 = 20;

/** At most so many connections: a process has a few transactions at once, not a few hundred. */
const CONNECTIONS = 8;
/** Milliseconds until a server that does not answer counts as away. */
const CONNECT_TIMEOUT = 10_000;

export interface Pool extends PostgresPool {
  /** A connection of its own, for what holds as long as it does: LISTEN and session locks. */
  dedicated(): Promise<pg.Client>;
}

/** @param url `postgres://…`; it may hold a password. @param readOnly whether the server refuses every write. */
export function createPool(url: string, readOnly = false): Pool {
  const settings: pg.ClientConfig = {
    connectionString: url,
    application_name: "plumbline",
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  };
  const pool = new pg.Pool({ ...settings, max: CONNECTIONS });
  // A connection that breaks while nobody uses it is made anew when somebody does.
  pool.on("error", () => undefined);
  if (readOnly) pool.on("connect", (client) => void client.query("set default_transaction_read_only = on"));
  return {
    options: { max: CONNECTIONS },
    connect: async () => safe(await pool.connect()),
    end: () => pool.end(),
    async dedicated() {
      const client = new pg.Client(settings);
      client.on("error", () => undefined);
      await client.connect();
      return client;
    },
  } as Pool;
}

function parserOf(oid: number, format?: "text" | "binary") {
  if (oid === INT8) return (text: string) => Number(text);
  return pg.types.getTypeParser(oid, format as "text");
}

/** A connection that encodes and decodes texts. */
function safe(client: pg.PoolClient): PostgresPoolClient {
  return {
    async query(text: string, parameters: readonly unknown[]) {
      const result = await client.query(text, parameters.map(encodeParameter));
      for (const row of result.rows) decodeRow(row);
      return result;
    },
    release: () => client.release(),
  } as unknown as PostgresPoolClient;
}

const encodeParameter = (value: unknown) => (typeof value === "string" ? encodeText(value) : value);

function decodeRow(row: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(row)) if (typeof value === "string") row[name] = decodeText(value);
}
