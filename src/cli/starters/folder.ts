/** The files of a starter folder, as they are written. `validate` passes on them, whichever platforms are chosen. */
import type { Starter } from "./starter.ts";

const GITIGNORE = `# State and keys of Plumbline on this machine.
.plumbline/
`;

/** @param chosen the platforms' starters by name, at least one. @returns texts by path from the folder. */
export function starterFiles(chosen: Readonly<Record<string, Starter>>): Record<string, string> {
  const manifests = Object.entries(chosen).map(([name, { manifest }]) => [`manifests/${name}.yaml`, manifest] as const);
  return {
    "plumbline.config.yaml": configuration(Object.values(chosen)),
    ...Object.fromEntries(manifests),
    ".gitignore": GITIGNORE,
  };
}

function configuration(starters: readonly Starter[]): string {
  return `# What manifests may name. A pull request that changes a manifest must not be able to send a credential
# elsewhere, so protect this file in your repository (CODEOWNERS). A list that is left out allows all.
allow:
  env:
${list(starters.flatMap(({ env }) => env))}
  files: []
  hosts:
${list(starters.flatMap(({ hosts }) => hosts))}
`;
}

/** A glob may begin with `*`, which would be an alias in YAML. */
function list(globs: readonly string[]): string {
  return [...new Set(globs)].map((glob) => `    - ${/^[\w]/.test(glob) ? glob : JSON.stringify(glob)}`).join("\n");
}
