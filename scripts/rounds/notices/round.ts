/** Notifications under a load of events: kill -9 at moments that the seed chooses. */
import { setTimeout as sleep } from "node:timers/promises";
import { type ControllerStage, controllerStage, type RunningProgram } from "../controller.ts";
import { seeded } from "../random.ts";
import { must } from "../report.ts";
import { noticeFlow, startNoticeReceiver } from "./flow.ts";
import { createNoticeLoad } from "./load.ts";
import { type Record, readRecord, unaccounted, verifyNotices } from "./verify.ts";

const SENDERS = 8;
/** Milliseconds that a program may take until it takes something in. */
const LONGEST_START = 10_000;
/** Milliseconds until all is told: a lease, the longest wait of some attempts. */
const MOST_TIME = 120_000;

/** @param kills how many. @param state as after `--state`; default a file. */
export async function noticesKilled(seed: string, kills: number, state?: string): Promise<string> {
  const random = seeded(seed);
  const [first, second] = await Promise.all([startNoticeReceiver(), startNoticeReceiver()]);
  const stage = controllerStage(noticeFlow({ first: first.url, second: second.url }), state);
  const load = createNoticeLoad(SENDERS);
  try {
    for (let kill = 0; kill < kills; kill++) {
      const program = await stage.start();
      await program.leads;
      if (kill === 0) await load.silence(program.address);
      const stop = load.begin(program.address);
      // Most are killed at work, some while they begin it.
      const least = random.fraction() < 0.8 ? load.taken.size + SENDERS : 0;
      for (let waited = 0; load.taken.size < least && waited < LONGEST_START; waited += 20) await sleep(20);
      await sleep(random.whole(50, 1500));
      await program.end("SIGKILL");
      await stop();
      // Now and then one receiver is down while the program starts and takes more in.
      second.down(random.fraction() < 0.2);
    }
    second.down(false);
    const program = await stage.start();
    const begun = performance.now();
    // Alerts end only after their begin was told, so that both are told.
    await settled(stage, program, (record) => unaccounted(load.taken, record));
    await load.resolveAlerts(program.address);
    const record = await settled(stage, program, (now) => [...unaccounted(load.taken, now), ...open(now)]);
    const took = ((performance.now() - begun) / 1000).toFixed(1);
    const code = await program.end("SIGTERM");
    must(code === 0, `it ended with ${code}: ${program.said()}`);
    const tally = verifyNotices(record, { first: first.arrived, second: second.arrived });
    return (
      `${kills} kills; ${load.sent()} events, ${load.taken.size} taken, in ${tally.notifications} notifications ` +
      `(${tally.repeats} repeats of alerts, ${tally.dead} dead), ${tally.withheld} withheld; ${tally.doubled} came twice, ` +
      `all marked, ${tally.marked} marked in all; told after ${took} s`
    );
  } finally {
    await load.close();
    await stage.close();
    await Promise.all([first.close(), second.close()]);
  }
}

const open = ({ deliveries }: Record) =>
  deliveries.filter(({ state }) => state === "waiting" || state === "running").map(({ id }) => id);

/** Waits until nothing is missing. @returns what the state then says. @throws Violation */
async function settled(
  stage: ControllerStage,
  program: RunningProgram,
  missing: (record: Record) => readonly string[],
): Promise<Record> {
  const start = performance.now();
  const store = await stage.store();
  try {
    for (;;) {
      const record = await readRecord(store);
      const left = missing(record);
      if (left.length === 0) return record;
      const seconds = MOST_TIME / 1000;
      const some = left.slice(0, 5).join(", ");
      must(
        performance.now() - start < MOST_TIME,
        `after ${seconds} s ${left.length} are missing (${some}): ${program.said()}`,
      );
      await sleep(500);
    }
  } finally {
    await store.close();
  }
}
