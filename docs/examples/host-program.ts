/**
 * A host program that tells other systems how its tasks went.
 *
 * It connects when it starts, listens to its own hooks, and closes when it shuts down. What a system can do is
 * asked and not assumed: where issues can be made, a failed task becomes one; where comments can be made, a
 * completed task is noted; a system that can do neither is left alone. A system that is down never stops the host.
 */
import type { ExternalSystem, ExternalSystemFactory, OperationResult } from "../../src/index.ts"; // yours: "plumbline"

export interface Task {
  id: string;
  /** The issue that the task is about. */
  issue?: string;
  /** Why it failed. */
  error?: string;
}

/** What the host offers: hooks that are called with a task, and a log. */
export interface Host {
  on(hook: "task completed" | "task failed", react: (task: Task) => Promise<void>): void;
  log(line: string): void;
}

/** A system as it stands in the host's own configuration. */
export interface SystemSettings {
  type: string;
  settings: Readonly<Record<string, unknown>>;
}

/**
 * Connects to all systems and reacts to the host's hooks.
 *
 * @returns what the host calls at shutdown.
 */
export async function start(
  host: Host,
  factory: ExternalSystemFactory,
  configured: readonly SystemSettings[],
): Promise<() => Promise<void>> {
  const systems = await Promise.all(configured.map(({ type, settings }) => factory.create(type, settings)));
  await Promise.all(systems.map(async (system) => report(host, system, await system.connect())));
  host.on("task completed", (task) => toAll(systems, (system) => completed(host, system, task)));
  host.on("task failed", (task) => toAll(systems, (system) => failed(host, system, task)));
  return () => toAll(systems, async (system) => void (await system.close()));
}

async function completed(host: Host, system: ExternalSystem, { id, issue }: Task): Promise<void> {
  if (!system.capabilities.comments || issue === undefined) return;
  const comment = { issue_id: issue, text: `Task ${id} is completed.` };
  report(host, system, await system.executeOperation("add_comment", comment));
}

async function failed(host: Host, system: ExternalSystem, { id }: Task): Promise<void> {
  if (!system.capabilities.itemTypes.includes("issue")) return;
  report(host, system, await system.createItem("issue", { summary: `Task ${id} Failed`, priority: "High" }));
}

/** Results never throw; what went wrong is for the log, and what may be tried again is marked. */
function report(host: Host, system: ExternalSystem, result: OperationResult): void {
  if (result.success) return;
  const again = result.metadata.retryable ? " (may be tried again)" : "";
  host.log(`${system.type}: ${result.operation}: ${result.errorCode}: ${result.errorMessage}${again}`);
}

async function toAll(systems: readonly ExternalSystem[], tell: (system: ExternalSystem) => Promise<void>) {
  await Promise.all(systems.map(tell));
}
