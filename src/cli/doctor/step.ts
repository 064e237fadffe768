/** One thing that `doctor` looked at, and how it was. */

export type StepStatus = "ok" | "failed" | "skipped";

export interface Step {
  name: string;
  status: StepStatus;
  /** What was found, or why it was not looked at. */
  message: string;
  /** What to do about a failure. */
  remedy?: string;
  /** Good for now, and worth a look. */
  warning?: string;
}

export const ok = (name: string, message: string, warning?: string): Step => ({
  ...{ name, status: "ok", message },
  ...(warning === undefined ? {} : { warning }),
});
export const failed = (name: string, message: string, remedy: string): Step => ({
  ...{ name, status: "failed", message, remedy },
});
export const skipped = (name: string, message: string): Step => ({ name, status: "skipped", message });

/** @returns the steps that were not reached, each with what kept it from being looked at. */
export function unreached(names: readonly string[], steps: readonly Step[]): Step[] {
  const culprit = steps.find(({ status }) => status === "failed");
  const known = new Set(steps.map(({ name }) => name));
  return names.filter((name) => !known.has(name)).map((name) => skipped(name, `not reached: ${culprit?.name} failed`));
}
