/** What follows from a snapshot of the manifests before anything is done about it: the state in force, the log, gauges. */
import type { Logger } from "../server/logger.ts";
import type { Snapshot } from "../sources/source.ts";
import { type Current, createCurrent } from "./current.ts";
import { judgements } from "./judge.ts";
import type { ControllerMetrics } from "./metrics.ts";
import type { ControllerOptions } from "./options.ts";

/** @param before what was in force. @returns what is in force by this snapshot. */
export async function currentOf(
  snapshot: Snapshot,
  { platforms, templates }: Pick<ControllerOptions, "platforms" | "templates">,
  before: Current | undefined,
): Promise<Current> {
  const load = async (platform: string) => {
    const found = await platforms().load(platform);
    return typeof found === "object" ? found.compiled : undefined;
  };
  return createCurrent(snapshot, load, await templates(), before);
}

/** Logs and counts what is wrong in it, and which Rules and NotificationRoutes do not work. */
export function reportSnapshot(current: Current, log: Logger, metrics: ControllerMetrics): void {
  logManifests(current.snapshot, log);
  metrics.problems(current.snapshot.problems.length);
  const unready = judgements(current).filter(({ Ready }) => Ready.status !== "True");
  for (const { kind, name, Ready } of unready) log.warn({ kind, name, reason: Ready.reason }, Ready.message);
  const count = (kind: string) => unready.filter((one) => one.kind === kind).length;
  metrics.notReady({ Rule: count("Rule"), NotificationRoute: count("NotificationRoute") });
}

function logManifests({ revision, problems, held, manifests, warnings = [] }: Snapshot, log: Logger): void {
  log.info({ revision, manifests: manifests.length, problems: problems.length }, "manifests in force");
  for (const { file, line, code, message } of problems) log.error({ file, line, code }, message);
  for (const { kind, namespace, name } of held.filter((one) => one.kind === "Integration")) {
    log.warn({ kind, name: `${namespace}/${name}` }, "its text is wrong; the last good version is in force");
  }
  for (const { file, line, code, message } of warnings) log.warn({ file, line, code }, message);
}
