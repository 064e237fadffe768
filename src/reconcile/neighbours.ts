/** What Integrations of one folder have to know of one another. */
import type { CompiledConnector } from "../connector-kit/compile.ts";
import type { ObjectState } from "../store/types.ts";
import { ownerOf, type Pass, type RunContext } from "./pass.ts";
import { memoryKey } from "./types.ts";

/**
 * Tells whether another Integration of the same system declares a key.
 *
 * An Integration whose system is not known in this run counts by the system that it was last accepted
 * for, and by its platform when there is none: what might be declared elsewhere is not removed.
 */
export function declaredElsewhere(
  pass: Pass,
  passes: readonly Pass[],
  states: readonly ObjectState[],
  context: RunContext,
): (kind: string, key: string) => boolean {
  let keys: Set<string> | undefined;
  const collect = (compiled: CompiledConnector): Set<string> => {
    const { platform } = pass.manifest.object.spec;
    const others = context.integrations.filter(
      ({ object }) => object.spec.platform === platform && ownerOf(object) !== pass.owner,
    );
    const found = new Set<string>();
    for (const other of others) {
      const known = passes.find((one) => one.owner === ownerOf(other.object));
      const accepted = states.find(({ kind, name }) => kind === "Integration" && name === ownerOf(other.object));
      const system = known?.system ?? accepted?.system;
      if (system !== undefined && system !== pass.system) continue;
      for (const { kind, keyText } of context.entries(other, compiled)) found.add(memoryKey(kind, keyText));
    }
    return found;
  };
  return (kind, key) => {
    if (!pass.compiled) return false;
    keys ??= collect(pass.compiled);
    return keys.has(memoryKey(kind, key));
  };
}

/** Passes in waves: each after those that its `dependsOn` names. What waits in a circle comes last, together. */
export function readyOrder(passes: readonly Pass[]): Pass[][] {
  const waves: Pass[][] = [];
  let waiting = [...passes];
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ owner }) => owner));
    const ready = waiting.filter(({ owner, manifest }) =>
      (manifest.object.spec.dependsOn ?? []).every((name) => !names.has(`${owner.split("/")[0]}/${name}`)),
    );
    const wave = ready.length > 0 ? ready : waiting;
    waves.push(wave);
    waiting = waiting.filter((pass) => !wave.includes(pass));
  }
  return waves;
}
