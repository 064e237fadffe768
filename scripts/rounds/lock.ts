/**
 * While one apply holds the state: a second one is told who, or waits when it is asked to; commands
 * that write nothing work beside it.
 */
import type { Stage } from "./kill.ts";
import { must } from "./report.ts";

const CRATES = 8;

/** @param open prepares a system for so many things. */
export async function lockRound(open: (count: number) => Promise<Stage>): Promise<string> {
  const stage = await open(CRATES);
  try {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: held, resolve: hold } = Promise.withResolvers<void>();
    stage.proxy.intercept((request) => {
      if (stage.created(request) === undefined) return "pass";
      hold();
      return { until: released, fate: "pass" };
    });
    const first = stage.place.start(["apply", "--auto-approve"]);
    await Promise.race([held, first.ended]);
    const second = await stage.place.run(["apply", "--auto-approve"]);
    const holder = `pid ${first.child.pid}`;
    must(second.code === 1, `a second apply ended with ${second.code}, not 1`);
    must(second.stderr.includes(holder), `a second apply did not name ${holder}: ${second.stderr}`);
    for (const command of ["validate", "get", "plan"]) {
      const { code, stderr } = await stage.place.run([command]);
      must(code === 0, `${command} beside an apply ended with ${code}: ${stderr}`);
    }
    const waiting = stage.place.start(["apply", "--auto-approve", "--lock-timeout", "60s"]);
    release();
    const ends = [await first.ended, await waiting.ended];
    for (const { code, stderr } of ends) must(code === 0, `an apply ended with ${code}: ${stderr}`);
    const made = (await stage.names()).length;
    must(made === CRATES, `${made} things are there, not ${CRATES}`);
    return `a second apply named ${holder}; validate, get and plan worked beside it; a third waited and worked`;
  } finally {
    await stage.close();
  }
}
