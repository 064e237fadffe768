/** What is to be in a starter folder: as the flags say; without flags a person is asked, on a terminal and never otherwise. */
import type { Readable, Writable } from "node:stream";
import { didYouMean } from "../../manifests/nearest.ts";
import { Interrupted, UserError } from "../errors.ts";
import type { Surroundings } from "../surroundings.ts";
import type { CiSystem } from "./ci.ts";
import { starters } from "./index.ts";
import type { Starter } from "./starter.ts";

export interface Choice {
  platforms: Readonly<Record<string, Starter>>;
  ci: CiSystem;
}

/**
 * @param stated the flags. Without them, and with nobody to ask: all platforms, and no file for a CI system.
 * @throws UserError for an unknown platform; Interrupted when the person asked gives up.
 */
export async function choose(
  stated: { platform?: readonly string[] | undefined; ci?: CiSystem | undefined },
  { stdin, stderr }: Pick<Surroundings, "stdin" | "stderr">,
): Promise<Choice> {
  const { platform = [], ci } = stated;
  const silent = platform.length > 0 || ci !== undefined || !stdin.isTTY || !stderr.isTTY;
  if (!silent) return ask({ input: stdin as unknown as Readable, output: stderr as unknown as Writable });
  return { platforms: named(platform.length === 0 ? Object.keys(starters) : platform), ci: ci ?? "none" };
}

function named(names: readonly string[]): Choice["platforms"] {
  const known = Object.keys(starters);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined)
    return Object.fromEntries(Object.entries(starters).filter(([name]) => names.includes(name)));
  throw new UserError(
    `There is no platform "${unknown}" to start with.${didYouMean(unknown, known)} There is ${known.join(", ")}.`,
  );
}

async function ask(streams: { input: Readable; output: Writable }): Promise<Choice> {
  const { multiselect, select } = await import("@clack/prompts");
  const platforms = await multiselect({
    ...streams,
    message: "Which platforms? (space chooses, enter goes on)",
    options: Object.entries(starters).map(([value, { title }]) => ({ value, label: title })),
    required: true,
  });
  if (!Array.isArray(platforms)) throw given();
  const ci = await select<CiSystem>({
    ...streams,
    message: "Which CI runs it?",
    options: [
      { value: "github", label: "GitHub Actions" },
      { value: "gitlab", label: "GitLab" },
      { value: "none", label: "none yet" },
    ],
  });
  if (typeof ci === "symbol") throw given();
  return { platforms: named(platforms), ci };
}

function given(): Interrupted {
  return new Interrupted("Given up; nothing was written.");
}
