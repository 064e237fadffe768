/**
 * What somebody may do in a repository.
 *
 * GitHub takes `pull` and `push` and answers `read` and `write`; all other words, and the names of an
 * organisation's own roles, are the same on both sides. What it answers is the most that somebody has from
 * anywhere: a parent team's permission, or an owner's, shows where less was given.
 */
import { Type } from "../../connector-kit/index.ts";

/** As far as an answer holds it: the role's name, or flags of which the strongest counts. */
export interface RawAccess {
  role_name?: string;
  permissions?: Readonly<Record<string, boolean>>;
}

export const Permission = Type.String({
  minLength: 1,
  description: "pull, triage, push, maintain, admin, or the name of an organisation's own role.",
  examples: ["push"],
});

const strongestFirst = ["admin", "maintain", "push", "triage", "pull"] as const;

/** The word that GitHub takes. */
export function permissionWord(word: string): string {
  if (word === "read") return "pull";
  return word === "write" ? "push" : word;
}

/** @returns undefined when the answer does not tell. */
export function permissionIn({ role_name: role, permissions }: RawAccess): string | undefined {
  if (role !== undefined) return permissionWord(role);
  return strongestFirst.find((word) => permissions?.[word] === true);
}
