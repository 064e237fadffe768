/** A PostgreSQL server for tests: one a test file, a schema of its own a test. */
import { afterAll } from "vitest";
import { type PostgresServer, startPostgresServer } from "./postgres-server.ts";

/** Starts a server that stops after the tests of this file. */
export async function startPostgres(): Promise<Pick<PostgresServer, "database">> {
  const server = await startPostgresServer();
  afterAll(() => server.stop());
  return server;
}
