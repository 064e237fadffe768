/**
 * Webhooks on one process with SQLite and `synchronous=FULL`: how many are acknowledged, each on disk by then,
 * beside a bare `node:http` handler that only checks the signature; and how many go the whole way from the webhook
 * over a rule to a request, beside Node-RED, which keeps nothing.
 *
 * What is compared runs in turn, so that a busy moment of the machine falls on all alike; a ratio is that of one turn,
 * and of all rounds the median counts. Webhooks
 * come from a second process, which takes the deliveries too. Node-RED is no dependency: it is installed beside when
 * the bench runs, into NODE_RED_HOME or a folder for temporary files, and left out where it cannot be had.
 *
 *   node bench/events.ts
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFlowGitHub } from "../test/support/event-flow.ts";
import type { LoadOrder, LoadSaid } from "./events/load.ts";
import { bareHandler, nodeRed, nodeRedHome, plumbline, type Server } from "./events/servers.ts";
import { median, type Row, report } from "./rows.ts";

/**
 * What no change may make worse, with headroom for a machine that does other things too. What is aimed at is less: 2 of
 * the bare handler, 0.5 of Node-RED (docs/performance.md).
 */
const MOST_OF_BARE = 3;
const MOST_OF_NODE_RED = 0.8;
const MOST_MEMORY = 250;

const CONNECTIONS = 64;
/** Rounds that are measured, after so many in which all programs become warm: V8 compiles what it finds to be hot. */
const ROUNDS = 7;
const WARMING = 4;
/** Webhooks of a round. */
const ACKNOWLEDGED = 16_000;
const DELIVERED = 8000;

type Answered = Extract<LoadSaid, { answered: number }>;

async function load(child: ChildProcess, order: LoadOrder): Promise<Answered> {
  child.send(order);
  const [answer] = (await once(child, "message")) as [Answered];
  if (answer.refused > 0) throw new Error(`${answer.refused} of ${order.count} webhooks were refused.`);
  return answer;
}

/** Webhooks a second of each server, in turn: a list of the rounds for each. */
async function rates(child: ChildProcess, servers: readonly Server[], delivered: boolean): Promise<number[][]> {
  const found = servers.map((): number[] => []);
  const count = delivered ? DELIVERED : ACKNOWLEDGED;
  for (let round = 0; round < WARMING + ROUNDS; round++) {
    for (const [at, { port }] of servers.entries()) {
      const order = {
        port,
        connections: CONNECTIONS,
        count,
        prefix: `${delivered ? "d" : "a"}${at}-${round}`,
        delivered,
      };
      const took = await load(child, order);
      if (round >= WARMING) found[at]?.push((count / (delivered ? took.delivered : took.answered)) * 1000);
    }
  }
  return found;
}

/** The median of what one had beside the other in the same round. */
function ratio(one: readonly number[], other: readonly number[]): number {
  return median(one.map((rate, round) => rate / (other[round] ?? Number.NaN)));
}

async function measure(folder: string): Promise<Row[]> {
  const child = fork(join(import.meta.dirname, "events/load.ts"));
  const [{ receiver }] = (await once(child, "message")) as [{ receiver: number }];
  const github = await startFlowGitHub();
  const to = `http://127.0.0.1:${receiver}/`;
  const bare = await bareHandler();
  const inbox = await plumbline(mkdtempSync(join(folder, "inbox-")), github.url, to, false);
  const [bareRates = [], inboxRates = []] = await rates(child, [bare, inbox], false);
  const inboxMemory = inbox.memory();
  await Promise.all([bare.stop(), inbox.stop()]);
  const whole = await plumbline(mkdtempSync(join(folder, "whole-")), github.url, to, true);
  const home = await nodeRedHome(process.env.NODE_RED_HOME ?? join(tmpdir(), "plumbline-node-red"));
  const other = home === undefined ? undefined : await nodeRed(home, join(folder, "node-red"), to);
  const [wholeRates = [], otherRates] = await rates(child, [whole, ...(other ? [other] : [])], true);
  const wholeMemory = whole.memory();
  await Promise.all([whole.stop(), other?.stop()]);
  child.kill();
  await github.close();
  return [
    { name: "bare handler, signed webhooks of 2 KiB", value: median(bareRates), unit: "/s" },
    { name: "plumbline, acknowledged and on disk", value: median(inboxRates), unit: "/s" },
    { name: "the bare handler's rate, of that", value: ratio(bareRates, inboxRates), unit: "x", limit: MOST_OF_BARE },
    { name: "plumbline, webhook to rule to request", value: median(wholeRates), unit: "/s" },
    ...(otherRates === undefined ? [] : besideNodeRed(otherRates, wholeRates)),
    { name: "peak memory, acknowledging", value: inboxMemory, unit: "MB", limit: MOST_MEMORY },
    { name: "peak memory, the whole way", value: wholeMemory, unit: "MB", limit: MOST_MEMORY },
  ];
}

function besideNodeRed(others: readonly number[], whole: readonly number[]): Row[] {
  return [
    { name: "Node-RED, the same, keeping nothing", value: median(others), unit: "/s" },
    { name: "Node-RED's rate, of plumbline's", value: ratio(others, whole), unit: "x", limit: MOST_OF_NODE_RED },
  ];
}

const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
try {
  const rows = await measure(folder);
  if (!rows.some(({ name }) => name.startsWith("Node-RED"))) {
    console.error("Node-RED could not be installed, so nothing is compared with it.");
  }
  report(rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
