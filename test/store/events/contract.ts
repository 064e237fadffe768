/** What the inbox and the outbox must do, whatever database holds them. */
import { describe } from "vitest";
import type { LastingStore, StoreClock } from "../../../src/store/index.ts";
import { aheadTests } from "./ahead-contract.ts";
import { auditTests } from "./audit-contract.ts";
import { firingTests } from "./firing-contract.ts";
import { inboxTests } from "./inbox-contract.ts";
import { modelTests } from "./model-contract.ts";
import { noticeTests } from "./notice-contract.ts";
import { retentionTests } from "./retention-contract.ts";
import { workTests } from "./work-contract.ts";

export interface Opening {
  /** An empty store. */
  open(clock?: StoreClock): Promise<LastingStore>;
  /** Another one over the same database, as another process has it. */
  beside(store: LastingStore): Promise<LastingStore>;
  /** One that works at the same moment; SQLite's would block this process's only thread while it waits. */
  partner(store: LastingStore): Promise<LastingStore>;
  /** How many random sequences are tried. */
  sequences: number;
}

export function eventStoreContract(name: string, opening: Opening): void {
  describe(name, () => {
    describe("the inbox", () => inboxTests(opening));
    describe("what follows ahead", () => aheadTests(opening));
    describe("deliveries", () => workTests(opening));
    describe("retention", () => retentionTests(opening));
    describe("notifications", () => noticeTests(opening));
    describe("what fired last", () => firingTests(opening));
    describe("audit log and tokens", () => auditTests(opening));
    describe("random sequences", () => modelTests(opening));
  });
}
