/**
 * The commands of GitHub's runner, which it looks for in every line of a job's output.
 *
 * A name or message out of somebody else's system must not be one: `::add-mask::` would blank the log,
 * `::error::` would put words into our mouth. As the runner reads (actions/runner, ActionCommand.cs): `::` at
 * the start of a line, after blanks and after what sorting ignores; `##[` anywhere in it.
 */

/** A line's start, what the runner passes over there, and the first colon. */
const COMMAND = /(^|[\r\n])((?:(?![\r\n])[\s\p{Cc}\p{Cf}])*):(?=:)/gu;

/** Whether this is a job of GitHub Actions (docs.github.com, "Default environment variables"). */
export function inActions(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.GITHUB_ACTIONS === "true";
}

/**
 * @returns the text with no command in it. What would make one is written as its escape, which JSON and
 * double-quoted YAML take for the same character.
 */
export function withoutCommands(text: string): string {
  if (!text.includes("::") && !text.includes("##[")) return text;
  return text.replaceAll(COMMAND, "$1$2\\u003a").replaceAll("##[", "##\\u005b");
}
