/**
 * kill -9 in the middle of an apply of 200 creates, at moments that the seed chooses; then apply
 * again, until it is done. Nothing may be missing, nothing there twice, nothing left to do.
 */
import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fate, Recorded, RecordingProxy } from "../../test/support/proxy.ts";
import type { Ended, Place } from "./program.ts";
import { type Random, seeded } from "./random.ts";
import { must } from "./report.ts";

export const THINGS = 200;

/** Applies that a round may take: lost creates are finished by the next one. */
const MOST_APPLIES = 12;

/** A start that takes longer waits for something, however busy the machine; an idle one needs 0.3 s. */
const START_LIMIT = 30_000;

/** When the program is killed, counted in creates of the run under way. */
type Moment =
  /** At a read: no create was sent. */
  | { at: "read"; number: number }
  /** A create has arrived, and takes effect when the program is gone. */
  | { at: "arrived"; number: number }
  /** A create has taken effect; its answer waits until the program is gone. */
  | { at: "pending"; number: number }
  /** So many milliseconds after a create arrived. */
  | { at: "after"; number: number; milliseconds: number };

/** A system under a round: what it holds, and the proxy before it. */
export interface Stage {
  proxy: RecordingProxy;
  place: Place;
  /** Whether a request makes a thing, and which. */
  created(request: Recorded): string | undefined;
  /** The names of all things that are there. */
  names(): Promise<readonly string[]>;
  /** Called by the stage when a thing was made, before that is answered; it waits. */
  pending: { current: (name: string) => Promise<void> };
  /** Whether answers are lost on the way, and requests late. */
  unreliable: boolean;
  close(): Promise<void>;
}

/**
 * One round.
 *
 * @param number picks the first moment's kind, so that a few rounds have them all.
 * @param open prepares a system that has none of the things.
 */
export async function killRound(seed: string, number: number, open: () => Promise<Stage>): Promise<string> {
  const stage = await open();
  try {
    const random = seeded(seed);
    const kinds = stage.unreliable ? momentKinds : momentKinds.filter((kind) => kind !== "pending");
    const first = kinds[(number - 1) % kinds.length] as Moment["at"];
    const others = Array.from({ length: random.whole(0, 2) }, () => random.pick(kinds));
    const moments = [first, ...others].map((kind) => momentOf(random, kind));
    const starts: number[] = [];
    let applies = 0;
    for (const moment of moments) {
      applies += 1;
      starts.push((await killedApply(stage, seed, applies, moment)).firstRequest);
    }
    let last: Ended;
    do {
      applies += 1;
      const { ended, firstRequest } = await undisturbed(stage, seed, applies);
      starts.push(firstRequest);
      last = ended;
      must(!last.stderr.includes("holds this state"), `the lock of a killed program was waited for: ${last.stderr}`);
      must(applies < MOST_APPLIES, `after ${applies} applies it is not done: ${last.stderr.slice(-2000)}`);
    } while (last.code !== 0);
    await verify(stage);
    must(Math.max(...starts) < START_LIMIT, `a start took ${Math.max(...starts).toFixed(0)} ms`);
    const kills = moments.map(describe).join(", ");
    const slowest = Math.max(...starts.slice(1)).toFixed(0);
    return `killed ${kills}; ${applies} applies, slowest first request after a kill ${slowest} ms; ${THINGS} things`;
  } finally {
    await stage.close();
  }
}

const momentKinds = ["pending", "arrived", "after", "read"] as const;

function momentOf(random: Random, at: Moment["at"]): Moment {
  if (at === "read") return { at, number: random.whole(1, 3) };
  const number = random.whole(1, 60);
  return at === "after" ? { at, number, milliseconds: random.whole(0, 40) } : { at, number };
}

function describe(moment: Moment): string {
  if (moment.at === "read") return `at read ${moment.number}`;
  if (moment.at === "arrived") return `before create ${moment.number} took effect`;
  if (moment.at === "pending") return `while create ${moment.number} was unanswered`;
  return `${moment.milliseconds} ms after create ${moment.number}`;
}

interface Applied {
  ended: Ended;
  /** Milliseconds from the start to the first request. */
  firstRequest: number;
}

async function undisturbed(stage: Stage, seed: string, apply: number): Promise<Applied> {
  return applied(stage, seed, apply, () => undefined);
}

/** Starts an apply and kills it; one that was done earlier is let go. */
async function killedApply(stage: Stage, seed: string, apply: number, moment: Moment): Promise<Applied> {
  return applied(stage, seed, apply, (child) => watch(stage, child, moment));
}

/** @param watching decides over requests before the seed does. */
async function applied(
  stage: Stage,
  seed: string,
  apply: number,
  watching: (child: ChildProcess) => ((request: Recorded) => Fate | undefined) | undefined,
): Promise<Applied> {
  const { child, startedAt, ended } = stage.place.start(["apply", "--auto-approve", ...stage.place.patience]);
  const decide = watching(child);
  let first: number | undefined;
  stage.proxy.intercept((request) => {
    first ??= performance.now();
    return decide?.(request) ?? chance(stage, `${seed} ${apply}`, request);
  });
  const end = await ended;
  must(first !== undefined, `apply ${apply} asked for nothing: ${end.stderr}`);
  stage.pending.current = async () => undefined;
  return { ended: end, firstRequest: (first ?? startedAt) - startedAt };
}

/** Kills a program at a moment. @returns what becomes of the request that the moment is about. */
function watch(stage: Stage, child: ChildProcess, moment: Moment): (request: Recorded) => Fate | undefined {
  let reads = 0;
  let creates = 0;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = (): Promise<void> => {
    child.kill("SIGKILL");
    return gone;
  };
  let marked: string | undefined;
  stage.pending.current = async (name) => {
    if (name === marked) await kill();
  };
  return (request) => {
    const name = stage.created(request);
    if (name === undefined) {
      reads += 1;
      return moment.at === "read" && reads === moment.number ? { until: kill(), fate: "pass" } : undefined;
    }
    creates += 1;
    if (creates !== moment.number) return undefined;
    if (moment.at === "arrived") return { until: kill(), fate: "pass" };
    if (moment.at === "after") setTimeout(kill, moment.milliseconds);
    if (moment.at !== "pending") return undefined;
    marked = name;
    return "pass";
  };
}

/** What an unreliable network does to a create: late, answer lost, request lost. Never the same again. */
function chance(stage: Stage, seed: string, request: Recorded): Fate {
  const name = stage.created(request);
  if (name === undefined || !stage.unreliable) return "pass";
  const random = seeded(`${seed} ${name}`);
  const roll = random.fraction();
  if (roll < 0.01) return "drop-before";
  const fate = roll < 0.03 ? "drop-after" : "pass";
  return { until: sleep(random.whole(0, 15)), fate };
}

/** @throws Violation */
async function verify(stage: Stage): Promise<void> {
  stage.proxy.intercept(undefined);
  const names = await stage.names();
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  must(twice.length === 0, `there twice: ${twice.join(", ")}`);
  must(names.length === THINGS, `${names.length} things are there, not ${THINGS}`);
  const memory = await stage.place.memory();
  const entries = memory.flatMap(({ inventory }) => inventory).length;
  must(entries === THINGS, `the inventory holds ${entries} entries, not ${THINGS}`);
  const intents = memory.flatMap((system) => system.intents).map(({ key }) => key);
  must(intents.length === 0, `intents are left: ${intents.join(", ")}`);
  const plan = await stage.place.run(["plan", "--detailed-exitcode"]);
  must(plan.code === 0, `a plan ended with ${plan.code}, though all is there: ${plan.stdout}${plan.stderr}`);
}
