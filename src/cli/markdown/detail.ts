/**
 * How much of a plan is shown, and what goes first when it does not fit: the values, what was different
 * before, what is held back as configured, creates and changes; of removals only links and fields, until
 * nothing else is left to cut.
 */
import { type Budget, fits } from "./budget.ts";

/** Numbers of lines that are shown of each part, and how. */
export interface Detail {
  /** The longest value, in UTF-16 units; 0: none. */
  value: number;
  quiet: number;
  before: number;
  own: number;
  risky: number;
  held: number;
  /** Notices, and Integrations and kinds that could not be read. */
  troubles: number;
  /** `lines`: with links and fields; `lists`: keys; `shared`: keys, what they begin with in common written once. */
  removals: "lines" | "lists" | "shared";
  removalsListed: number;
}

type Counted = Exclude<keyof Detail, "value" | "removals">;

/** The size of each part of a plan. */
export type Sizes = Readonly<Record<Counted, number>>;

/** Values are cut to these lengths, one after the other. */
const VALUES = [2000, 500, 150, 50, 0];

/** What is cut in turn once the values are gone. */
const steps: readonly (Counted | "lists" | "shared")[] = [
  "before",
  "quiet",
  "own",
  "lists",
  "held",
  "risky",
  "shared",
  "troubles",
  "removalsListed",
];

/** What is shown again of what was cut, as far as there is room: what a reader needs first comes first. */
const refilled: readonly Counted[] = ["removalsListed", "troubles", "risky", "held", "own", "quiet", "before"];

/**
 * Finds the most that fits.
 *
 * @param render what is shown at a detail; more detail never makes it shorter by more than a sentence.
 * @returns the first rendering that fits; the shortest where none does.
 */
export function mostThatFits(render: (detail: Detail) => string, sizes: Sizes, budget: Budget): string {
  const bare: Detail = { ...sizes, value: 0, removals: "lines" };
  const isFitting = (detail: Detail) => fits(render(detail), budget);
  const value = isFitting(bare) ? VALUES.find((most) => isFitting({ ...bare, value: most })) : undefined;
  if (value !== undefined) return render({ ...bare, value });
  return render(refill(reduced(bare, isFitting), sizes, isFitting));
}

/** Cuts one step after the other until it fits, or nothing is left to cut. */
function reduced(bare: Detail, isFitting: (detail: Detail) => boolean): Detail {
  let detail = bare;
  for (const step of steps) {
    detail = step === "lists" || step === "shared" ? { ...detail, removals: step } : { ...detail, [step]: 0 };
    if (isFitting(detail)) break;
  }
  return detail;
}

function refill(detail: Detail, sizes: Sizes, isFitting: (detail: Detail) => boolean): Detail {
  let filled = detail;
  for (const part of refilled) {
    let low = filled[part];
    for (let high = sizes[part]; low < high; ) {
      const middle = Math.ceil((low + high) / 2);
      if (isFitting({ ...filled, [part]: middle })) low = middle;
      else high = middle - 1;
    }
    filled = { ...filled, [part]: low };
  }
  return filled;
}
