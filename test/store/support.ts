/** What the store's tests share: folders that go away, time that a test moves, children that it can kill. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Holder, InventoryEntry, StoreClock } from "../../src/store/index.ts";

export const SYSTEM = "slack/https://slack.com/T012";
export const VERSION = "0.1.0";

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "plumbline-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function entry(kind: string, key: string, more: Partial<InventoryEntry> = {}): InventoryEntry {
  return { kind, key, id: `id-${key}`, integration: "default/acme", applied: "k3Jd", ...more };
}

export const holder: Holder = {
  pid: 123,
  host: "build-7",
  command: "plumbline apply -f .",
  since: "2026-11-25T12:00:03.000Z",
};

/** When a test's time starts. */
export const START = Date.parse("2026-11-25T12:00:03Z");

/** Time that passes only by sleeping; `during` runs before each sleep ends, after what is to run by then. */
export function steppingClock(during: (elapsed: number) => void | Promise<void> = () => undefined): StoreClock {
  let elapsed = 0;
  const repeated = new Set<{ at: number; period: number; run: () => void }>();
  return {
    now: () => START + elapsed,
    monotonic: () => elapsed,
    async sleep(milliseconds) {
      elapsed += milliseconds;
      for (const one of repeated) {
        for (; one.at <= elapsed; one.at += one.period) one.run();
      }
      await during(elapsed);
    },
    every(period, run) {
      const one = { at: elapsed + period, period, run };
      repeated.add(one);
      return () => repeated.delete(one);
    },
  };
}

export interface Child {
  process: ChildProcess;
  /** The next line that it printed. */
  line(): Promise<string>;
  kill(): Promise<void>;
}

/** Runs `child.ts` in a process of its own. */
export function startChild(...parameters: string[]): Child {
  const script = fileURLToPath(new URL("child.ts", import.meta.url));
  const process_ = spawn(process.execPath, [script, ...parameters], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  const exited = once(process_, "exit");
  const kill = async () => {
    process_.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  return { process: process_, kill, line: async () => (await lines.next()).value ?? "(ended)" };
}
