import { expect, test } from "vitest";
import type { AuditEntry, AuditRecord, TokenRecord } from "../../../src/store/event-types.ts";
import { verifyTrail } from "../../../src/store/events/audit.ts";
import { START } from "../support.ts";
import type { Opening } from "./contract.ts";
import { TRACE } from "./support.ts";

const record = (n: number, more: Partial<AuditRecord> = {}): AuditRecord => ({
  at: START + n,
  actor: "cli:ada@host",
  action: "execute",
  resourceType: "integration",
  resourceId: `default/i${n}`,
  outcome: "done",
  ...more,
});

export function auditTests({ open, partner }: Opening): void {
  test("entries come back newest first with every field, and filters take what they say", async () => {
    const { audit } = await open();
    const full = record(2, {
      actor: "rule:default/r",
      outcome: "failed",
      commit: "c0ffee",
      trace: TRACE,
      details: { n: 1, é: ["\0\uD800"] },
    });
    await audit.append([record(1), full]);
    await audit.append([record(3)]);
    const entries = await audit.audit({ limit: 9 });
    expect(entries.map(({ seq, hash, ...rest }) => rest)).toStrictEqual([record(3), full, record(1)]);
    expect(await audit.audit({ limit: 9, actor: "rule:default/r" })).toMatchObject([{ seq: 2 }]);
    expect(await audit.audit({ limit: 9, resourceType: "integration", resourceId: "default/i1" })).toMatchObject([
      { seq: 1 },
    ]);
    expect(await audit.audit({ limit: 9, after: 3 })).toMatchObject([{ seq: 2 }, { seq: 1 }]);
  });

  test("the chain holds across processes that append at once, and over more than a page", async () => {
    const store = await open();
    const other = await partner(store);
    await store.audit.append(Array.from({ length: 600 }, (_, n) => record(n)));
    await Promise.all([1, 2, 3, 4].map((n) => (n % 2 ? store : other).audit.append([record(n), record(n + 10)])));
    expect(await verifyTrail(store.audit.auditTrail())).toEqual({ entries: 608 });
  });

  test.each<{ name: string; tamper(entries: AuditEntry[]): AuditEntry[]; at: number }>([
    { name: "a changed actor", tamper: ([a, b, c]) => [a, { ...b, actor: "x" }, c] as AuditEntry[], at: 2 },
    { name: "a changed detail", tamper: ([a, b, c]) => [a, { ...b, details: { x: 2 } }, c] as AuditEntry[], at: 2 },
    { name: "an entry taken out", tamper: ([a, , c]) => [a, c] as AuditEntry[], at: 3 },
    { name: "the first one taken out", tamper: ([, b, c]) => [b, c] as AuditEntry[], at: 2 },
    { name: "two swapped", tamper: ([a, b, c]) => [a, c, b] as AuditEntry[], at: 3 },
    { name: "a hash of another entry", tamper: ([a, b, c]) => [a, b, { ...c, hash: b?.hash }] as AuditEntry[], at: 3 },
  ])("$name shows", async ({ tamper, at }) => {
    const { audit } = await open();
    await audit.append([record(1), record(2, { details: { x: 1 } }), record(3)]);
    const entries: AuditEntry[] = [];
    for await (const entry of audit.auditTrail()) entries.push(entry);
    expect(await verifyTrail(entries)).toEqual({ entries: 3 });
    expect(await verifyTrail(tamper(entries))).toMatchObject({ broken: { seq: at } });
  });

  test("a token comes back without losing a field, is revoked once, and its id is taken", async () => {
    const { tokens } = await open();
    const full: TokenRecord = {
      ...{
        id: "abc",
        name: "ci",
        role: "operator",
        namespaces: ["a", "b"],
        hash: "h",
        createdAt: START,
        expiresAt: START + 5,
      },
    };
    const bare: TokenRecord = { id: "def", name: "ada", role: "admin", hash: "g", createdAt: START + 1 };
    await tokens.putToken(bare);
    await tokens.putToken(full);
    await expect(tokens.putToken(bare)).rejects.toThrow();
    expect(await tokens.tokens()).toStrictEqual([full, bare]);
    expect(await tokens.token("none")).toBeUndefined();
    expect(await tokens.revokeToken("abc", START + 9)).toBe(true);
    expect(await tokens.revokeToken("abc", START + 10)).toBe(false);
    expect(await tokens.revokeToken("none", START)).toBe(false);
    expect(await tokens.token("abc")).toStrictEqual({ ...full, revokedAt: START + 9 });
  });
}
