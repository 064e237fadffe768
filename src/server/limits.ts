/**
 * How much one peer, and all of them, may take of the server. Times are milliseconds, sizes bytes.
 *
 * A webhook is at most 25 MB at GitHub and far smaller elsewhere; events are kept in a database, so a body is
 * at most 1 MiB and a platform's larger ones are refused loudly. All can be set for tests.
 */
export interface ServerLimits {
  body: number;
  /** All headers together. */
  headers: number;
  connections: number;
  /** From the first byte of a request to the end of its headers. */
  headersTimeout: number;
  /** From the first byte of a request to its last. */
  requestTimeout: number;
  /** How long a connection may be silent while an answer is made or sent: an action may wait for a platform's limit. */
  silence: number;
  /** Between two requests of a connection. */
  keepAlive: number;
  requestsPerConnection: number;
  /** How often the two time-outs of requests are looked at. */
  checkInterval: number;
  /** Failed tries with a token per peer and window. */
  failedTries: number;
  failedWindow: number;
  /** How deep a JSON body may nest. */
  depth: number;
}

export const serverLimits: Readonly<ServerLimits> = {
  body: 1024 * 1024,
  headers: 16 * 1024,
  connections: 1000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  silence: 180_000,
  keepAlive: 15_000,
  requestsPerConnection: 10_000,
  checkInterval: 2000,
  failedTries: 20,
  failedWindow: 60_000,
  depth: 64,
};
