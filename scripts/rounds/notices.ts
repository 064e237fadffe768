/** The rounds of notifications, on SQLite and on PostgreSQL, as `--only notices` and `--only notices-postgres` name them. */
import { startPostgresServer } from "../../test/support/postgres-server.ts";
import { noticesKilled } from "./notices/round.ts";
import type { Rounds } from "./report.ts";

/** @param short fewer kills, and only on SQLite. */
export function noticeRounds(short: boolean): Rounds[] {
  return [
    { name: "notices", count: short ? 1 : 3, round: (seed) => noticesKilled(seed, short ? 3 : 15) },
    {
      name: "notices-postgres",
      count: short ? 0 : 1,
      round: async (seed) => {
        const server = await startPostgresServer();
        try {
          return await noticesKilled(seed, 6, await server.database());
        } finally {
          await server.stop();
        }
      },
    },
  ];
}
