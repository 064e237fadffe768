/** Bearer tokens at rest: hashes, never values. */
import type { Kysely } from "kysely";
import type { Role, TokenRecord, TokenStore } from "../event-types.ts";
import type { Tables, TokenRow } from "../schema.ts";

/** @param explain makes one error with a remedy of what the database throws. */
export function createTokenStore(db: Kysely<Tables>, explain: <T>(run: () => Promise<T>) => Promise<T>): TokenStore {
  return {
    putToken: (token: TokenRecord) =>
      explain(async () => {
        await db.insertInto("tokens").values(toRow(token)).execute();
      }),
    token: (id) =>
      explain(async () => {
        const row = await db.selectFrom("tokens").selectAll().where("id", "=", id).executeTakeFirst();
        return row && toToken(row);
      }),
    tokens: () =>
      explain(async () => {
        const rows = await db.selectFrom("tokens").selectAll().orderBy("created_at").orderBy("id").execute();
        return rows.map(toToken);
      }),
    revokeToken: (id, at) =>
      explain(async () => {
        const { numUpdatedRows } = await db
          .updateTable("tokens")
          .set({ revoked_at: at })
          .where("id", "=", id)
          .where("revoked_at", "is", null)
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      }),
  };
}

function toRow(token: TokenRecord): TokenRow {
  return {
    id: token.id,
    name: token.name,
    role: token.role,
    namespaces: token.namespaces ? JSON.stringify(token.namespaces) : null,
    hash: token.hash,
    created_at: token.createdAt,
    expires_at: token.expiresAt ?? null,
    revoked_at: token.revokedAt ?? null,
  };
}

function toToken(row: TokenRow): TokenRecord {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    ...(row.namespaces === null ? {} : { namespaces: JSON.parse(row.namespaces) }),
    hash: row.hash,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}
