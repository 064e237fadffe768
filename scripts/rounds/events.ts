/** The rounds of events, on SQLite and on PostgreSQL, as `--only events` and `--only events-postgres` name them. */
import { startPostgresServer } from "../../test/support/postgres-server.ts";
import { fullDisk, fullServer, killedUnderLoad, lockedDatabase, receiverDown } from "./events/rounds.ts";
import type { Rounds } from "./report.ts";

/** @param short fewer kills, and only those. On PostgreSQL each waits for the lease of the one before, some 17 s. */
export function eventRounds(short: boolean): Rounds[] {
  const kills = short ? 3 : 50;
  const sqlite = [
    (seed: string) => killedUnderLoad(seed, kills),
    (seed: string) => fullDisk(seed),
    (seed: string) => lockedDatabase(seed, 8000),
    (seed: string) => receiverDown(seed, 5000),
  ];
  const postgres = [
    (seed: string, state: string) => killedUnderLoad(seed, kills, state),
    (seed: string, state: string) => receiverDown(seed, 5000, state),
    (seed: string, state: string) => fullServer(seed, state),
    (seed: string, state: string) => lockedDatabase(seed, 8000, state),
  ];
  return [
    {
      name: "events",
      count: short ? 1 : sqlite.length,
      round: async (seed, number) => (sqlite[number - 1] ?? unknown)(seed),
    },
    {
      name: "events-postgres",
      count: short ? 0 : postgres.length,
      round: async (seed, number) => {
        const server = await startPostgresServer();
        try {
          return await (postgres[number - 1] ?? unknown)(seed, await server.database());
        } finally {
          await server.stop();
        }
      },
    },
  ];
}

function unknown(): never {
  throw new Error("There is no round of this number.");
}
