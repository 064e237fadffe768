/**
 * What a bug report needs, and no secret: versions, settings, names of manifests, problems, findings.
 *
 * It holds no environment, no value of a credential, and nothing of what manifests declare.
 */
import { DEFAULT_NAMESPACE } from "../../api/index.ts";
import { withoutCredentials } from "../../manifests/token-forms.ts";
import { VERSION } from "../../version.ts";
import type { Workspace } from "../workspace.ts";
import type { Diagnosis } from "./connection.ts";
import type { Machine } from "./place.ts";
import type { Step } from "./step.ts";

export interface Report {
  place: readonly Step[];
  integrations: readonly Diagnosis[];
}

/** @returns JSON; the caller redacts what it knows to be secret. */
export function bundleOf(workspace: Workspace, machine: Machine, report: Report, createdAt: string): object {
  const { configuration, loaded } = workspace;
  return cleaned({
    createdAt,
    versions: { plumbline: VERSION, ...machine },
    configuration: configuration ? { file: configuration.file, value: configuration.value } : null,
    manifests: loaded.manifests.map(({ object, file }) => ({
      ...{
        kind: object.kind,
        namespace: object.metadata.namespace ?? DEFAULT_NAMESPACE,
        name: object.metadata.name,
        file,
      },
      ...(object.kind === "Integration" ? { platform: object.spec.platform } : {}),
    })),
    problems: loaded.problems.map(({ code, message, file, line, column }) => ({ code, message, file, line, column })),
    ...report,
  }) as object;
}

/** Takes out what has the form of a credential, and passwords in addresses. */
function cleaned(value: unknown): unknown {
  if (typeof value === "string") return withoutCredentials(value).replaceAll(/(:\/\/)[^\s/@]+@/g, "$1********@");
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cleaned(inner)]));
}
