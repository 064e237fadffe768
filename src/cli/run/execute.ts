/** `plumbline execute`: checks the parameters, then runs one action once. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { AnnotatedSchema } from "../../api/index.ts";
import type { CompiledConnector } from "../../connector-kit/compile.ts";
import { ConnectorError } from "../../connector-kit/errors.ts";
import { type NamedAction, runAction } from "../../connector-kit/facade/action-items.ts";
import { SchemaChecks } from "../../connector-kit/facade/schema-checks.ts";
import { registerSecrets } from "../../connector-kit/http/connection.ts";
import { didYouMean } from "../../manifests/nearest.ts";
import { ownerOf } from "../../reconcile/pass.ts";
import { openStore } from "../../store/open.ts";
import { VERSION } from "../../version.ts";
import { type Deed, recordDeeds } from "../audit.ts";
import type { Invocation, Run } from "../command.ts";
import type { ExecuteFlags } from "../commands/execute.ts";
import { connected, oneIntegration } from "../connected.ts";
import { UserError } from "../errors.ts";
import type { Output } from "../output.ts";
import { parameterProblems, parseAssignments, parseParameters } from "../parameters.ts";
import { inline, pad, paragraph, visible } from "../plain-text.ts";
import { remedies } from "../remedies.ts";
import { openSoundWorkspace } from "../workspace.ts";

const execute: Run<ExecuteFlags, [string, string]> = async (invocation, flags, name, actionName) => {
  const workspace = await openSoundWorkspace(invocation, flags.file);
  if (!workspace) return 1;
  const { output } = invocation;
  const { manifest, platform } = await oneIntegration(workspace, name);
  const action = findAction(platform.compiled, actionName);
  const checks = new SchemaChecks();
  const parameters = await readParameters(invocation, flags, action, checks);
  const record = (outcome: "done" | "failed", code?: string) =>
    audit(invocation, flags, workspace.folder, {
      action: "execute",
      resourceType: "integration",
      resourceId: ownerOf(manifest.object),
      outcome,
      details: { action: actionName, ...(code === undefined ? {} : { code }) },
    });
  try {
    const result = await connected(invocation, workspace, async (connections) => {
      const session = await connections.open(manifest);
      const hide = (secrets: unknown) => registerSecrets(connections.transport, secrets);
      return runAction({ compiled: platform.compiled, session, checks, hide, newKey: randomUUID }, action, parameters);
    });
    await print(output, flags, result);
    await record("done");
    return 0;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    output.error(failure(actionName, error, output));
    await record("failed", error.code);
    return 1;
  }
};
export default execute;

/** Writes it down; that it cannot be is a warning, since the action is done. */
async function audit(invocation: Invocation, flags: ExecuteFlags, folder: string, deed: Deed): Promise<void> {
  const { surroundings, output } = invocation;
  try {
    const store = await openStore(flags.state, { mode: "write", folder, env: surroundings.env, version: VERSION });
    try {
      await recordDeeds(invocation, store, resolve(surroundings.cwd, flags.file[0] ?? "."), [deed]);
    } finally {
      await store.close();
    }
  } catch (error) {
    output.warn(`The audit log has no entry of it: ${paragraph((error as Error).message)}`);
  }
}

/** @throws UserError naming the nearest, and all that there are. */
function findAction({ connector }: CompiledConnector, name: string): NamedAction {
  const actions = connector.actions ?? {};
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action) return [name, action];
  const known = Object.keys(actions);
  const there = known.length === 0 ? "It has none." : `It has ${known.join(", ")}.`;
  throw new UserError(`${connector.title} has no action "${name}".${didYouMean(name, known)} ${there}`);
}

/** @throws UserError for what does not fit the action; no value is repeated. */
async function readParameters(
  invocation: Invocation,
  flags: ExecuteFlags,
  [name, action]: NamedAction,
  checks: SchemaChecks,
): Promise<Record<string, unknown>> {
  const schema = action.parameters as unknown as AnnotatedSchema;
  const fromFile = flags.params === undefined ? {} : await readFrom(invocation, flags.params);
  const parameters = { ...fromFile, ...parseAssignments(flags.parameter ?? [], schema) };
  const problems = parameterProblems(await checks.problems(schema, parameters), schema);
  if (problems.length === 0) return parameters;
  throw new UserError([`${name} was not run:`, ...problems.map((problem) => `  ${problem}`)].join("\n"));
}

async function readFrom({ surroundings }: Invocation, path: string): Promise<Record<string, unknown>> {
  if (path === "-") return parseParameters(Buffer.concat(await Array.fromAsync(surroundings.stdin)), "<stdin>");
  try {
    return parseParameters(await readFile(resolve(surroundings.cwd, path)), path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new UserError(`${path}: ${code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`}.`, {
      cause,
    });
  }
}

async function print(output: Output, { output: format }: ExecuteFlags, result: unknown): Promise<void> {
  if (format !== "text") await output.data(result ?? null, format);
  else if (result !== undefined) output.print(asText(result));
}

/** A line a field; what holds more than a line is JSON. */
function asText(result: unknown): string {
  if (typeof result !== "object" || result === null || Array.isArray(result)) return shown(result);
  const rows = Object.entries(result).filter(([, value]) => value !== undefined);
  const widest = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${pad(`${visible(name)}:`, widest + 1)} ${shown(value)}`.trimEnd()).join("\n");
}

function shown(value: unknown): string {
  return typeof value === "string" ? visible(value) : inline(value);
}

function failure(action: string, { code, message, outcomeUnknown }: ConnectorError, output: Output): string {
  const remedy =
    code === "VALIDATION" ? "Check the parameters: plumbline connectors PLATFORM lists them." : remedies[code];
  return [
    `${output.paintError("red", "×")} ${action}  ${output.paintError("red", `${code}: ${paragraph(message)}`)}`,
    `  ${remedy}`,
    ...(outcomeUnknown ? ["  It may have been done all the same: look at the system before you run it again."] : []),
  ].join("\n");
}
