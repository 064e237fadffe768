/** A job's summary in GitHub Actions: where a result goes that could not be posted. */
import { appendFile, stat } from "node:fs/promises";
import { type Budget, jobSummary } from "../markdown/budget.ts";
import type { Env } from "./host.ts";

/** Two line ends around what is added. */
const ENDS = 4;

/**
 * Adds to the summary; all steps' commands of one step share its limit, so that less may be left than is allowed.
 *
 * @param render makes the Markdown within what is left.
 * @returns whether there is a summary to add to.
 * @throws Error of the file system.
 */
export async function addToSummary(env: Env, render: (budget: Budget) => string): Promise<boolean> {
  const file = env.GITHUB_STEP_SUMMARY;
  if (!file) return false;
  const used = await sizeOf(file);
  const left = Math.max(0, jobSummary.bytes - used - ENDS);
  await appendFile(file, `${used > 0 ? "\n" : ""}${render({ characters: left, bytes: left })}\n`);
  return true;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
