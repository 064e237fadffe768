/**
 * What commands write into the audit log: who, what, on which Integration, at which commit, how it came out.
 *
 * It is written after the fact. Where it cannot be written, the command says so and its result stands: what was
 * done in another system is not undone by a full disk here.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Outcome } from "../reconcile/types.ts";
import type { AuditRecord } from "../store/event-types.ts";
import type { LastingStore, Store } from "../store/types.ts";
import type { Invocation } from "./command.ts";
import { paragraph } from "./plain-text.ts";
import type { Surroundings } from "./surroundings.ts";

/** What happened; who, when and at which commit is added. */
export type Deed = Pick<AuditRecord, "action" | "resourceType" | "resourceId" | "outcome" | "details">;

/** Long enough for a slow disk; nobody waits for a hanging one. */
const GIT_TIMEOUT = 2000;

/** @returns `cli:user@host`. */
export function actorOf({ env, host }: Pick<Surroundings, "env" | "host">): string {
  return `cli:${env.USER ?? env.LOGNAME ?? env.USERNAME ?? "unknown"}@${host}`;
}

/** Whether a state keeps an audit log. */
function keepsAudit(store: Store): store is LastingStore {
  return "audit" in store;
}

/**
 * Writes what was done, where the state can keep it.
 *
 * @param folder where the manifests are: its commit is recorded.
 */
export async function recordDeeds(
  { surroundings, output }: Invocation,
  store: Store,
  folder: string,
  deeds: readonly Deed[],
): Promise<void> {
  if (deeds.length === 0 || !keepsAudit(store)) return;
  const commit = await commitOf(folder, surroundings.env);
  const common = { at: surroundings.clock.now(), actor: actorOf(surroundings), ...(commit ? { commit } : {}) };
  try {
    await store.audit.append(deeds.map((deed) => ({ ...common, ...output.redacted(deed) })));
  } catch (error) {
    output.warn(`It was done, but not written to the audit log: ${paragraph((error as Error).message)}`);
  }
}

/**
 * What an apply did, an entry for each Integration that it touched: how many things of each action ended how.
 *
 * @param ended what was carried out, with the Integration as `namespace/name`.
 */
export function applyDeeds(ended: readonly { owner: string; outcome: Outcome }[]): Deed[] {
  return [...Map.groupBy(ended, ({ owner }) => owner)].map(([resourceId, mine]) => {
    const words = mine.map(({ outcome: { change, status } }) =>
      status === "done" ? change.action : `${change.action} ${status}`,
    );
    const counts = [...Map.groupBy(words, (word) => word)].map(([word, same]) => [word, same.length] as const);
    const whole = mine.every(({ outcome }) => outcome.status === "done");
    return {
      action: "apply",
      resourceType: "integration",
      resourceId,
      outcome: whole ? "done" : "failed",
      details: Object.fromEntries(counts),
    };
  });
}

/** @returns the commit that is checked out; undefined outside a repository, or without git. */
async function commitOf(folder: string, env: Surroundings["env"]): Promise<string | undefined> {
  const options = { cwd: folder, timeout: GIT_TIMEOUT, env: { ...env, GIT_OPTIONAL_LOCKS: "0" } as NodeJS.ProcessEnv };
  try {
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "--verify", "--quiet", "HEAD"], options);
    return /^[0-9a-f]{40,64}$/.exec(stdout.trim())?.[0];
  } catch {
    return undefined; // no repository, no commit yet, no git: nothing is known, and nothing hangs on it
  }
}
