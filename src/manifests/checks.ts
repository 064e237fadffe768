/**
 * All that can be said about manifests together, without asking a system.
 *
 * Each manifest has passed its own schema by then. Entries are made flat once, for all checks that
 * need them, and not kept.
 */
import type { Integration } from "../api/integration.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import type { LoadedConfiguration } from "./configuration.ts";
import { desiredEntries } from "./desired.ts";
import { duplicateObjects, sharedSystems } from "./duplicates.ts";
import { exclusiveProblems } from "./exclusive-kinds.ts";
import { sortProblems } from "./problem.ts";
import { type CycleCheck, cycleCheck } from "./reference-cycles.ts";
import { isIntegration, type Mentioned, referenceProblems } from "./references.ts";
import { sealedReferences } from "./sealed-references.ts";
import { literalSecrets } from "./secret-literals.ts";
import { trustCheck } from "./trust.ts";
import type { Manifest, PlatformSource, Problem } from "./types.ts";

export interface CheckOptions {
  platforms: Pick<PlatformSource, "load">;
  /** The operator's configuration; without it all is allowed. */
  configuration?: LoadedConfiguration | undefined;
  /** Integrations whose documents did not pass: referring to them is no second mistake. */
  mentioned?: readonly Mentioned[];
}

/** An Integration with its connector, where that is known and may be loaded. */
interface Checked {
  manifest: Manifest<Integration>;
  compiled: CompiledConnector | undefined;
}

/**
 * Checks names, references, keys, trust, and secrets in the clear.
 *
 * @returns problems sorted by place, those of the configuration among them. While the configuration
 *   is wrong, what it allows is unknown, and only it is reported on that.
 * @throws Error naming the platform whose connector cannot be compiled.
 */
export async function checkAll(manifests: readonly Manifest[], options: CheckOptions): Promise<Problem[]> {
  const { configuration, mentioned, platforms } = options;
  const { distinct, problems } = duplicateObjects(manifests);
  problems.push(...(configuration?.problems ?? []), ...referenceProblems(distinct, mentioned));
  for (const manifest of manifests) problems.push(...literalSecrets(manifest));
  const integrations = await withConnectors(distinct.filter(isIntegration), platforms);
  const shared = sharedSystems(integrations);
  const cycleChecks = new Map<CompiledConnector, CycleCheck>();
  const trust = configuration?.problems.length === 0 ? trustCheck(configuration) : undefined;
  for (const { manifest, compiled } of integrations) {
    if (trust) problems.push(...trust(manifest, compiled));
    problems.push(...sealedReferences(manifest, compiled));
    if (!compiled) continue;
    const cycles = cycleChecks.get(compiled) ?? cycleCheck(compiled);
    cycleChecks.set(compiled, cycles);
    const { entries, problems: duplicates } = desiredEntries(manifest, compiled);
    problems.push(...exclusiveProblems(manifest, compiled));
    problems.push(...duplicates, ...cycles(entries), ...shared.add(manifest, entries));
  }
  return sortProblems(problems);
}

async function withConnectors(
  manifests: readonly Manifest<Integration>[],
  platforms: CheckOptions["platforms"],
): Promise<Checked[]> {
  const checked: Checked[] = [];
  for (const manifest of manifests) {
    const platform = await platforms.load(manifest.object.spec.platform);
    checked.push({ manifest, compiled: typeof platform === "object" ? platform.compiled : undefined });
  }
  return checked;
}
