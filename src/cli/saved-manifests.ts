/**
 * The manifests inside a saved plan.
 *
 * A plan comes from a file, so they are held to the same rules as any other: the platform's schema,
 * the checks over all of them, and what the operator's settings allow.
 */
import type { Integration, Plan, Source } from "../api/index.ts";
import { checkAll } from "../manifests/checks.ts";
import type { DesiredEntry, Manifest, Problem } from "../manifests/types.ts";
import { UserError } from "./errors.ts";
import type { Settings } from "./workspace.ts";

/** Manifests out of a plan, and where their entries were declared. */
export interface SavedManifests {
  manifests: Manifest<Integration>[];
  problems: Problem[];
  relocate(manifest: Manifest<Integration>, entries: readonly DesiredEntry[]): readonly DesiredEntry[];
}

type Sources = Readonly<Record<string, Source>>;

/** @throws UserError for a plan that was printed, not saved. */
export async function manifestsOf(plan: Plan, shown: string, settings: Settings): Promise<SavedManifests> {
  const sources = new Map<Manifest<Integration>, Sources>();
  const problems: Problem[] = [];
  for (const part of plan.integrations) {
    if (part.manifest === undefined) {
      throw new UserError(
        `${shown} cannot be applied: it lacks its manifests. Save one with: plumbline plan --out plan.json`,
      );
    }
    const places = (part.sources ?? {}) as Sources;
    const object = part.manifest as Integration;
    const { file, line } = places[""] ?? { file: shown, line: 1 };
    const found = await schemaProblem(object, settings, file, line);
    if (found) problems.push(found);
    else sources.set({ object, file, locate: () => ({ line, column: 1 }) }, places);
  }
  const manifests = [...sources.keys()];
  if (problems.length === 0) problems.push(...(await checkTogether(manifests, settings)));
  return {
    manifests,
    problems,
    relocate: (manifest, entries) => entries.map((entry) => withPlace(entry, sources.get(manifest) ?? {})),
  };
}

/** What was left out of the plan by `--only` may still be named by `dependsOn`. */
function checkTogether(manifests: readonly Manifest<Integration>[], settings: Settings): Promise<Problem[]> {
  const mentioned = manifests.flatMap(({ object }) =>
    (object.spec.dependsOn ?? []).map((name) => ({ name, namespace: object.metadata.namespace })),
  );
  return checkAll(manifests, { configuration: settings.configuration, platforms: settings.platforms, mentioned });
}

async function schemaProblem(
  object: Integration,
  { platforms }: Settings,
  file: string,
  line: number,
): Promise<Problem | undefined> {
  const name = (object as { spec?: { platform?: unknown } } | null)?.spec?.platform;
  const platform = typeof name === "string" ? await platforms.load(name) : undefined;
  if (typeof platform !== "object") {
    return {
      code: "UnknownPlatform",
      message: `The plan needs the platform ${JSON.stringify(name)}, which is not here.`,
      file,
      line,
    };
  }
  if (platform.validate(object)) return undefined;
  const [error] = platform.validate.errors ?? [];
  const message = `The plan's manifest does not fit: ${error?.instancePath || "it"} ${error?.message ?? ""}.`;
  return { code: "InvalidManifest", message, remedy: "Make a new plan.", file, line };
}

function withPlace(entry: DesiredEntry, places: Sources): DesiredEntry {
  const source = places[`${entry.kind} ${entry.keyText}`] ?? entry.source;
  return { ...entry, source, fieldSource: () => source };
}
