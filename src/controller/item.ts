/** What the scheduler knows of one Integration, and which of several may run beside one another. */
import { DEFAULT_NAMESPACE, type Integration } from "../api/index.ts";
import type { Manifest } from "../manifests/types.ts";

export interface Item {
  /** `namespace/name`. */
  owner: string;
  manifest: Manifest<Integration>;
  /** Of the manifest: what moves it moves this. */
  digest: string;
  /** When the next pass is due, in milliseconds that never go back. */
  due: number;
  /** Passes in a row that failed in a way that may be over soon. */
  failures: number;
  running: boolean;
  /** Somebody asked for a pass while one was under way. */
  askedAgain: boolean;
  /** The digest that was reconciled and found ready last. */
  readyDigest?: string;
  /** The system that it was found to be, once a pass has told. */
  system?: string;
  /** The dependency that it waits for, as `namespace/name`. */
  waitingFor?: string;
}

/** Whether the last pass over the manifest as it is now found it ready. */
export function isReady({ digest, readyDigest }: Item): boolean {
  return digest === readyDigest;
}

/**
 * Whether two may not run at once: the records of one system are changed by one pass at a time. One whose system is
 * not known yet may be any of its platform.
 */
export function sharesSystem(a: Item, b: Item): boolean {
  if (a.manifest.object.spec.platform !== b.manifest.object.spec.platform) return false;
  return a.system === undefined || b.system === undefined || a.system === b.system;
}

/** @returns the first of `dependsOn` that is not ready, as `namespace/name`. */
export function unreadyDependency({ manifest }: Item, items: ReadonlyMap<string, Item>): string | undefined {
  const { metadata, spec } = manifest.object;
  const owners = (spec.dependsOn ?? []).map((name) => `${metadata.namespace ?? DEFAULT_NAMESPACE}/${name}`);
  return owners.find((owner) => {
    const dependency = items.get(owner);
    return !dependency || !isReady(dependency);
  });
}
