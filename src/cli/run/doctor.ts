/** `plumbline doctor`: looks at everything that a connection rests on, and says what broke first. */
import { resolve } from "node:path";
import { arch, platform, versions } from "node:process";
import type { Integration } from "../../api/integration.ts";
import { type Quota, readQuotas } from "../../connector-kit/http/rate-headers.ts";
import type { Manifest, Platform } from "../../manifests/types.ts";
import { ownerOf } from "../../reconcile/pass.ts";
import type { ObjectState } from "../../store/types.ts";
import type { Invocation, Run } from "../command.ts";
import type { DoctorFlags } from "../commands/doctor.ts";
import type { Connections } from "../compose.ts";
import { connected } from "../connected.ts";
import { bundleOf, type Report } from "../doctor/bundle.ts";
import { connectionNames, type Diagnosis, diagnose } from "../doctor/connection.ts";
import { type Machine, placeSteps, stateStep } from "../doctor/place.ts";
import { machineProbe } from "../doctor/probe.ts";
import { failed, type Step, unreached } from "../doctor/step.ts";
import { UserError } from "../errors.ts";
import type { Output } from "../output.ts";
import { pad, paragraph, visible } from "../plain-text.ts";
import { findIntegrations } from "../selection.ts";
import type { Surroundings } from "../surroundings.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";
import { writeFileAtomically } from "../write-file.ts";

const doctor: Run<DoctorFlags, string[]> = async (invocation, flags, ...names) => {
  const { surroundings, output } = invocation;
  const machine: Machine = { node: versions.node, platform, arch };
  const workspace = await openWorkspace(invocation, flags.file, true);
  const chosen = choose(workspace, names);
  const { step, objects } = await stateStep(flags.state, workspace.folder, surroundings.env);
  const place = [...placeSteps(workspace, machine), step];
  const integrations = await lookAtAll(invocation, workspace, chosen, objects);
  const report = { place, integrations };
  if (flags.output === "text") output.print(asText(report, output));
  else await output.data(report, flags.output);
  if (flags.bundle !== undefined) {
    const createdAt = new Date(surroundings.clock.now()).toISOString();
    const bundle = output.redacted(bundleOf(workspace, machine, report, createdAt));
    const text = `${JSON.stringify(bundle, undefined, 2)}\n`;
    await writeFileAtomically(resolve(surroundings.cwd, flags.bundle), flags.bundle, text);
    output.note(`${flags.bundle} holds no secret that Plumbline knows of. Look through it before you send it on.`);
  }
  const steps = [...place, ...integrations.flatMap((one) => one.steps)];
  return steps.some(({ status }) => status === "failed") ? 1 : 0;
};
export default doctor;

/** @throws UserError for a name that nothing has; while manifests are wrong, it may be the name of one of them. */
function choose({ integrations, loaded }: Workspace, names: readonly string[]): readonly Manifest<Integration>[] {
  if (names.length === 0) return integrations;
  const objects = integrations.map(({ object }) => object);
  const wanted = names.flatMap((name) => {
    const known = objects.some(({ metadata }) => metadata.name === name.split("/").at(-1));
    if (!known && loaded.problems.length > 0) return [];
    const { named, rest } = findIntegrations(name, objects);
    if (rest !== "") throw new UserError(`"${name}" is more than the name of an Integration.`);
    return named;
  });
  return integrations.filter(({ object }) => wanted.includes(object));
}

/** One after the other, so that each one's quotas are its own. */
async function lookAtAll(
  invocation: Invocation,
  workspace: Workspace,
  chosen: readonly Manifest<Integration>[],
  objects: readonly ObjectState[],
): Promise<Diagnosis[]> {
  const found: Diagnosis[] = [];
  for (const manifest of chosen) {
    const { surroundings, quotas } = listening(invocation.surroundings);
    const listeningToo = { ...invocation, surroundings };
    const look = (connections: Connections) =>
      lookAt(manifest, { workspace, objects, connections, surroundings, quotas });
    found.push(await connected(listeningToo, workspace, look));
  }
  return found;
}

interface Looking {
  workspace: Workspace;
  objects: readonly ObjectState[];
  connections: Connections;
  surroundings: Surroundings;
  quotas(): readonly Quota[];
}

async function lookAt(manifest: Manifest<Integration>, looking: Looking): Promise<Diagnosis> {
  const { workspace, objects, connections, surroundings, quotas } = looking;
  const { object, file } = manifest;
  const integration = ownerOf(object);
  const loaded = await workspace.platforms.load(object.spec.platform);
  const wrong = workspace.loaded.problems.find((problem) => problem.file === undefined || problem.file === file);
  if (wrong || typeof loaded !== "object") {
    const message = wrong ? `${file}: ${wrong.message}` : `the connector of ${object.spec.platform} is not loaded`;
    const step = failed("configuration", message, "Run `plumbline validate`, and put right what it says.");
    const steps = [step, ...unreached(connectionNames, [step])];
    return { integration, platform: object.spec.platform, steps };
  }
  return diagnose(manifest, {
    platform: loaded satisfies Platform,
    connections,
    env: surroundings.env,
    probe: machineProbe,
    now: surroundings.clock.now(),
    recorded: objects.find(({ kind, name }) => kind === "Integration" && name === integration)?.system,
    quotas,
  });
}

/** Surroundings whose requests are the same, with an ear on what answers tell about quotas. */
function listening(surroundings: Surroundings): { surroundings: Surroundings; quotas(): readonly Quota[] } {
  const heard = new Map<string, Quota>();
  const onAnswer: Surroundings["onAnswer"] = (headers) => {
    for (const quota of readQuotas(headers, surroundings.clock.now())) heard.set(quota.name, quota);
  };
  return { surroundings: { ...surroundings, onAnswer }, quotas: () => [...heard.values()] };
}

function asText({ place, integrations }: Report, output: Output): string {
  const parts = integrations.map(({ integration, platform: name, statusPage, steps }) => {
    const page = statusPage === undefined ? "" : `  ${output.paint("dim", `status page: ${statusPage}`)}`;
    const head = `${output.paint("bold", visible(integration.replace(/^default\//, "")))} (${name})${page}`;
    return [head, ...steps.flatMap((step) => linesOf(step, output))].join("\n");
  });
  return [place.flatMap((step) => linesOf(step, output)).join("\n"), ...parts].join("\n\n");
}

const marks = { ok: ["green", "✓"], failed: ["red", "×"], skipped: ["dim", "-"] } as const;

function linesOf({ name, status, message, remedy, warning }: Step, { paint }: Output): string[] {
  const [style, mark] = marks[status];
  const indent = " ".repeat(18);
  return [
    `  ${paint(style, mark)} ${pad(name, 14)}${paragraph(message)}`,
    ...(warning === undefined ? [] : [`${indent}${paint("yellow", `! ${paragraph(warning)}`)}`]),
    ...(remedy === undefined ? [] : [`${indent}${paragraph(remedy)}`]),
  ];
}
