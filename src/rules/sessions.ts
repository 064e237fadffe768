/** How a run reaches Integrations. Who implements it resolves secrets, asks for trust and keeps sessions. */
import type { CompiledConnector } from "../connector-kit/compile.ts";
import type { Session } from "../connector-kit/session.ts";

/** Why an Integration does nothing now. */
export type ClosedReason = "UnknownIntegration" | "Suspended" | "Untrusted" | "Unloaded";

export type Opened =
  | {
      state: "open";
      compiled: CompiledConnector;
      session: Session;
      /** Keeps values out of every text that leaves the session. */
      hide(secrets: unknown): void;
    }
  | { state: "closed"; reason: ClosedReason; message: string };

export interface SessionProvider {
  /**
   * @returns an open session, the same for the same Integration as long as nothing of it changes.
   * @throws ConnectorError when its credentials cannot be had or the connection cannot be right.
   */
  open(namespace: string, integration: string): Promise<Opened>;
}
