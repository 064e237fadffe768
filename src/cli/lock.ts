/** The right to change the state, for the time of one command. */
import { parseDuration } from "../connector-kit/http/duration.ts";
import { openStore } from "../store/open.ts";
import type { HolderLock, Store } from "../store/types.ts";
import { VERSION } from "../version.ts";
import { UserError } from "./errors.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Runs something with the state under its lock; both are let go after it.
 *
 * @param state its address as after `--state`, undefined for the usual one. @param folder that a relative one is in.
 */
export async function withLockedStore<T>(
  surroundings: Surroundings,
  {
    state,
    folder,
    command,
    timeout,
  }: { state: string | undefined; folder: string; command: string; timeout: string | undefined },
  run: (store: Store, lease: HolderLock) => Promise<T>,
): Promise<T> {
  const store = await openStore(state, { mode: "write", folder, env: surroundings.env, version: VERSION });
  try {
    const lock = await takeLock(store, surroundings, command, timeout);
    try {
      return await run(store, lock);
    } finally {
      await lock.release();
    }
  } finally {
    await store.close();
  }
}

/**
 * Takes the lock.
 *
 * @param timeout as after `--lock-timeout`. @param command what others read while it is held.
 * @throws StoreError `Locked`; UserError for what is no duration.
 */
export function takeLock(
  store: Store,
  { pid, host, clock, env }: Pick<Surroundings, "pid" | "host" | "clock" | "env">,
  command: string,
  timeout = "0s",
): Promise<HolderLock> {
  const since = new Date(clock.now()).toISOString();
  const job = jobPage(env);
  return store.lock({ pid, host, command, since, ...(job ? { job } : {}) }, lockTimeout(timeout));
}

/**
 * The page of the CI job that this is, from the variables that GitHub Actions, GitLab, CircleCI, Buildkite
 * and Jenkins document.
 */
function jobPage(env: Surroundings["env"]): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  if (server && repository && run) return `${server}/${repository}/actions/runs/${run}`;
  return env.CI_JOB_URL || env.CIRCLE_BUILD_URL || env.BUILDKITE_BUILD_URL || env.BUILD_URL || undefined;
}

/** @returns milliseconds. */
function lockTimeout(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new UserError(`--lock-timeout: ${(cause as Error).message}`, { cause });
  }
}
