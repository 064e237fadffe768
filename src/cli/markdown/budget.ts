/**
 * How long a text may be where it is posted.
 *
 * GitHub refuses a comment over 65,536 characters or 262,144 bytes, whichever comes first; its documentation
 * names the first, its API has been measured to count the second. GitLab takes 1,000,000 characters. A job
 * summary may have 1 MiB a step, all that the step's commands write together.
 */

/** The most that a text may be. */
export interface Budget {
  /** UTF-16 code units: never fewer than the characters that a host counts, whichever way it does. */
  characters: number;
  /** Bytes of UTF-8. */
  bytes: number;
}

/** docs.github.com, REST API endpoints for issue comments: "Body is too long (maximum is 65536 characters)". */
export const githubComment: Budget = { characters: 65_536, bytes: 262_144 };

/** docs.gitlab.com, Application limits: the longest of comments and descriptions. */
export const gitlabNote: Budget = { characters: 1_000_000, bytes: 4_000_000 };

/** docs.github.com, Workflow commands: step isolation and limits; the runner says "a size of 1024k". */
export const jobSummary: Budget = { characters: 1_048_576, bytes: 1_048_576 };

/** For a result that nothing limits: a file, or standard output. */
export const unlimited: Budget = { characters: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/** @returns whether the text is within both limits. */
export function fits(text: string, { characters, bytes }: Budget): boolean {
  return text.length <= characters && Buffer.byteLength(text) <= bytes;
}

/** @returns what is left of a budget beside a text that goes along. */
export function without({ characters, bytes }: Budget, text: string): Budget {
  return { characters: characters - text.length, bytes: bytes - Buffer.byteLength(text) };
}
