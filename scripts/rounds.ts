/**
 * Long rounds against the built program: kill -9 in the middle of applies, and under a load of webhooks and of events that routes tell of; applies at the
 * same time, a full disk, a locked database, damaged manifests, notifications beside the real Alertmanager, and the
 * properties of the tests for longer. What they find is printed with the seed that shows it again.
 *
 *   npm run rounds                                       all of it, some minutes
 *   npm run rounds -- --short                            less of it, in less than a minute, for every merge
 *   npm run rounds -- --seed 1 --only kill --round 3     one round again, as it was
 *
 * Ends with 1 when anything was wrong.
 */
import { parseArgs } from "node:util";
import { alertmanagerRound } from "./rounds/alertmanager.ts";
import { eventRounds } from "./rounds/events.ts";
import { fuzzRound } from "./rounds/fuzz.ts";
import { killRound } from "./rounds/kill.ts";
import { lockRound } from "./rounds/lock.ts";
import { noticeRounds } from "./rounds/notices.ts";
import { propertiesRound } from "./rounds/properties.ts";
import { carryOut, type Rounds } from "./rounds/report.ts";
import { requestsRound } from "./rounds/requests.ts";
import { depotStage, gitStage, slackStage } from "./rounds/stages.ts";

/** Of the tries that a run of the tests makes. */
const TIMES = 20;

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    round: { type: "string" },
  },
});

const [kill, slack, git, inputs, properties] = values.short ? [3, 1, 1, 500, 0] : [20, 2, 8, 20_000, 1];
const all: Rounds[] = [
  { name: "kill", count: kill, round: (seed, number) => killRound(seed, number, depotStage) },
  { name: "slack", count: slack, round: (seed, number) => killRound(seed, number, slackStage) },
  { name: "git", count: git, round: (seed, number) => killRound(seed, number, gitStage) },
  { name: "lock", count: 1, round: () => lockRound(depotStage) },
  { name: "git-lock", count: 1, round: () => lockRound(gitStage) },
  { name: "alertmanager", count: 1, round: () => alertmanagerRound(values.short ? 9 : 22) },
  { name: "fuzz", count: 1, round: (seed) => fuzzRound(seed, inputs) },
  ...eventRounds(values.short),
  ...noticeRounds(values.short),
  { name: "requests", count: values.short ? 0 : 1, round: () => requestsRound(10_000) },
  { name: "properties", count: properties, round: (seed) => propertiesRound(seed, TIMES) },
];
const chosen = all.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`--only takes one of ${all.map(({ name }) => name).join(", ")}.`);

const start = performance.now();
let failed = 0;
let count = 0;
for (const rounds of chosen) {
  const ran = await carryOut(rounds, values.seed, values.round === undefined ? undefined : Number(values.round));
  failed += ran.failed;
  count += ran.count;
}
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(`rounds: ${count - failed} ok, ${failed} failed, seed ${values.seed}, ${seconds} s`);
process.exitCode = failed > 0 ? 1 : 0;
