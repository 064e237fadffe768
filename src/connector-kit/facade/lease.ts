/**
 * One transport for all systems of a factory, alive while any of them is open.
 *
 * Limits, breakers and stored answers belong to a system and a credential, so two systems of one workspace must
 * share them. Connections end with the last system that is closed; the next one begins anew.
 */
import type { Transport } from "../http/transport.ts";

export interface Lease {
  readonly transport: Transport;
  /** Gives it back; the second time does nothing. */
  release(): Promise<void>;
}

/** @returns a function that lends the transport. */
export function createLender(make: () => Transport): () => Lease {
  let shared: Transport | undefined;
  let holders = 0;
  return () => {
    const transport = shared ?? make();
    shared = transport;
    holders += 1;
    let held = true;
    return {
      transport,
      async release() {
        if (!held) return;
        held = false;
        holders -= 1;
        if (holders > 0) return;
        shared = undefined;
        await transport.close();
      },
    };
  };
}
