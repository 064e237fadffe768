/**
 * Where the desired state comes from while the program keeps running: a folder; Git and Kubernetes share this.
 *
 * A mistake in a text never looks like a removal: what was good last stays in force until its text is good again or
 * is gone.
 */
import type { LoadedManifests } from "../manifests/load.ts";
import type { AnyManifest, Manifest, Problem } from "../manifests/types.ts";

/** An object whose text is wrong now, and of which an older version is in force. */
export interface Held {
  kind: AnyManifest["kind"];
  namespace: string;
  name: string;
  /** What is wrong: the first mistake of its document or file. */
  problem: Problem;
  /** All mistakes of its document, where it is known which one that is. */
  problems?: readonly Problem[];
}

/** The desired state at one moment. */
export interface Snapshot {
  /** Differs when what is in force differs. */
  revision: string;
  /** The commit that it was read at, where there is one. */
  commit?: string;
  /** What is in force, the last good versions of {@link held} included. */
  manifests: readonly Manifest[];
  /** What is wrong now. While there is any, what is declared is not fully known, so nothing may count as undeclared. */
  problems: readonly Problem[];
  held: readonly Held[];
  /** What is declared, is wrong, and of which no version is in force. */
  refused?: readonly Held[];
  /** What works and should be written differently. */
  warnings?: readonly Problem[];
}

/** What of a reading makes a snapshot. */
export type ReadManifests = Pick<LoadedManifests, "manifests" | "faulty" | "problems"> &
  Partial<Pick<LoadedManifests, "mentioned" | "warnings">>;

export interface Source {
  /** For people: `the folder manifests`. */
  readonly description: string;
  /**
   * Reads, hands over the first snapshot, and from then on each that differs from the one before.
   *
   * @returns once the first was handed over. @throws Error when nothing can ever be read.
   */
  start(onSnapshot: (snapshot: Snapshot) => void): Promise<void>;
  /** Looks now. @returns once what is found was handed over. */
  look(): Promise<void>;
  /** Ends watching; nothing is handed over afterwards. */
  close(): Promise<void>;
}
