/**
 * The promises about events, tried on the built program under load: kill -9 at moments that the seed chooses, a disk
 * that is full, a database that another process keeps locked, and a receiver that is down.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunningProgram } from "../controller.ts";
import { type Random, seeded } from "../random.ts";
import { must } from "../report.ts";
import { createLoad, type Load } from "./load.ts";
import { type EventStage, eventStage } from "./stage.ts";
import { fillServer, lockFile, lockTable } from "./troubles.ts";
import { drained, verifyEvents } from "./verify.ts";

const SENDERS = 24;

/** Bytes of a webhook. */
const BYTES = 2048;

/** The deliveries that one process carries out at once: what a kill can make come twice. */
const AT_ONCE = 64;

/** KiB that a file may have until room is made: some hundred webhooks. */
const ROOM = 2500;

interface Scene {
  stage: EventStage;
  load: Load;
  random: Random;
}

/** @param kills how many. @param state as after `--state`; default a file. */
export function killedUnderLoad(seed: string, kills: number, state?: string): Promise<string> {
  return played(seed, state, async ({ stage, load, random }) => {
    let memory = 0;
    for (let kill = 0; kill < kills; kill++) {
      const program = await stage.start();
      // One that does not hold the state only takes in.
      await program.leads;
      const stop = load.begin(program.address);
      await sleep(random.whole(50, 1500));
      memory = Math.max(memory, program.memory());
      await program.end("SIGKILL");
      await stop();
      // Now and then the receiver is down while the program starts and takes more in.
      stage.receiver.down(random.fraction() < 0.2);
    }
    stage.receiver.down(false);
    const told = await finished({ stage, load, random }, await stage.start(), kills * AT_ONCE);
    return `${kills} kills; ${told}; ${memory.toFixed(0)} MB at most before a kill`;
  });
}

/** The kernel lets no file grow until room is made, while the program runs. */
export function fullDisk(seed: string): Promise<string> {
  return played(seed, undefined, async (scene) => {
    const { stage, load } = scene;
    const program = await stage.start(["bash", "-c", `ulimit -S -f ${ROOM}; exec "$@"`, "-"]);
    const stop = load.begin(program.address);
    await until(() => refusals(load) > 100, program, "nothing was refused though the disk is full");
    const before = load.taken.size;
    execFileSync("prlimit", ["--fsize=unlimited:", "--pid", String(program.pid)]);
    await until(() => load.taken.size > before + 100, program, "nothing is taken though there is room again");
    await stop();
    mustBeRefusals(load);
    return `full after ${before} webhooks; ${await finished(scene, program, 0)}`;
  });
}

/** PostgreSQL answers each write as it does when its disk is full, until room is made. */
export function fullServer(seed: string, state: string): Promise<string> {
  return played(seed, state, async (scene) => {
    const { load } = scene;
    const { program, stop } = await underLoad(scene);
    const room = await fillServer(state);
    await until(() => refusals(load) > 100, program, "nothing was refused though the disk is full");
    const before = load.taken.size;
    await room.make();
    await until(() => load.taken.size > before + 100, program, "nothing is taken though there is room again");
    await stop();
    mustBeRefusals(load);
    return `full after ${before} webhooks; ${await finished(scene, program, AT_ONCE)}`;
  });
}

/** Another process holds what is written to: on SQLite the write lock, for longer than is waited; on PostgreSQL the table. */
export function lockedDatabase(seed: string, milliseconds: number, state?: string): Promise<string> {
  return played(seed, state, async (scene) => {
    const { stage, load } = scene;
    const { program, stop } = await underLoad(scene);
    const lock = state === undefined ? lockFile(join(stage.folder, ".plumbline/state.db")) : await lockTable(state);
    const before = load.taken.size;
    await sleep(milliseconds);
    await lock.free();
    await until(() => load.taken.size > before + 100, program, "nothing is taken though nobody holds the lock");
    await stop();
    mustBeRefusals(load);
    // Waiting for the lock holds the process up, so that requests under way may seem to have had no answer in time.
    return `locked for ${milliseconds / 1000} s; ${await finished(scene, program, AT_ONCE)}`;
  });
}

/** A receiver that is down while webhooks come. */
export function receiverDown(seed: string, milliseconds: number, state?: string): Promise<string> {
  return played(seed, state, async (scene) => {
    const { stage, load } = scene;
    const program = await stage.start();
    stage.receiver.down(true);
    const stop = load.begin(program.address);
    await sleep(milliseconds);
    await stop();
    must(stage.receiver.deliveries.length === 0, "something was delivered to a receiver that is down");
    stage.receiver.down(false);
    return `down for ${milliseconds / 1000} s; ${await finished(scene, program, 0)}`;
  });
}

/** Starts a program and sends it webhooks, some of which it has taken. @returns what ends the sending too. */
async function underLoad({ stage, load }: Scene): Promise<{ program: RunningProgram; stop(): Promise<void> }> {
  const program = await stage.start();
  await program.leads;
  const stop = load.begin(program.address);
  await until(() => load.taken.size > 50, program, "nothing is taken");
  return { program, stop };
}

async function played(seed: string, state: string | undefined, play: (scene: Scene) => Promise<string>) {
  const random = seeded(seed);
  const stage = await eventStage(state);
  const load = createLoad(random, SENDERS, BYTES);
  try {
    return await play({ stage, load, random });
  } finally {
    await load.close();
    await stage.close();
  }
}

/** Waits until the queue is empty, ends the program, and looks at what became of each webhook. @throws Violation */
async function finished({ stage, load }: Scene, program: RunningProgram, most: number): Promise<string> {
  const start = performance.now();
  await drained(stage, program);
  const took = ((performance.now() - start) / 1000).toFixed(1);
  const memory = program.memory();
  const code = await program.end("SIGTERM");
  must(code === 0, `it ended with ${code}: ${program.said()}`);
  const { taken, delivered, dead, duplicates } = await verifyEvents(stage, load);
  must(duplicates <= most, `${duplicates} deliveries came again, at most ${most} may`);
  const answers = [...load.statuses].map(([status, count]) => `${count} × ${status || "no answer"}`).join(", ");
  return (
    `${load.sent()} webhooks (${answers}), ${taken} taken, ${delivered} delivered, ${dead} dead, ` +
    `${duplicates} came twice; empty after ${took} s; ${memory.toFixed(0)} MB at the end`
  );
}

const refusals = ({ statuses }: Load) => (statuses.get(503) ?? 0) + (statuses.get(429) ?? 0);

/** Senders are told to come again, and nothing else. @throws Violation */
function mustBeRefusals({ statuses }: Load): void {
  const others = [...statuses.keys()].filter((status) => ![200, 429, 503].includes(status));
  must(others.length === 0, `webhooks were answered ${others.join(", ")}`);
}

async function until(holds: () => boolean, program: RunningProgram, otherwise: string): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    must(performance.now() - start < 60_000, `${otherwise}: ${program.said()}`);
    await sleep(20);
  }
}
