/** Files with which a CI system plans at each pull request and applies at each merge. */
import { githubWorkflow } from "./ci-github.ts";
import { gitlabPipeline } from "./ci-gitlab.ts";

export type CiSystem = "github" | "gitlab" | "none";

/** What a file has to know. */
export interface CiOptions {
  /** The environment variables of credentials. */
  variables: readonly string[];
  /** Where the starter folder is, from the repository's root; empty for the root itself. */
  folder: string;
}

/** The file of a system: where it has to be, from the repository's root, and what it says. */
export const ciFiles: Readonly<Record<Exclude<CiSystem, "none">, { path: string; text(options: CiOptions): string }>> =
  {
    github: { path: ".github/workflows/plumbline.yml", text: githubWorkflow },
    gitlab: { path: ".gitlab-ci.yml", text: gitlabPipeline },
  };
