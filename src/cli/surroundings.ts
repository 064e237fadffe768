/**
 * All that a command takes from the process it runs in.
 *
 * Commands get this object and look at nothing else, so that a test can run them in its own process,
 * with its own folder, environment, streams and time.
 */

import type { Fetch } from "../connector-kit/http/dispatch.ts";
import type { HeaderReader } from "../connector-kit/http/rate-headers.ts";
import type { Clock } from "../connector-kit/http/types.ts";
import type { PlatformSource } from "../manifests/types.ts";

/** Where text goes. */
export interface Sink {
  write(text: string): unknown;
  /** Whether a person looks at it. */
  isTTY?: boolean;
  /** Columns of the window. */
  columns?: number;
}

/** Where text comes from. */
export interface Source extends AsyncIterable<Uint8Array> {
  /** Whether a person can answer. */
  isTTY?: boolean;
}

export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** The working folder, absolute. */
  cwd: string;
  stdin: Source;
  stdout: Sink;
  stderr: Sink;
  clock: Clock;
  pid: number;
  host: string;
  /** Calls back at each SIGINT and SIGTERM. @returns what ends that. */
  onSignal(listener: () => void): () => void;
  /** Ends the process at once, with writes under way. */
  exit(code: number): void;
  /** Stands in for the network. */
  fetch?: Fetch;
  /** Told of the headers of each answer. */
  onAnswer?(headers: HeaderReader): void;
  /** Stands in for the platforms that Plumbline brings along. */
  platforms?: PlatformSource;
}
