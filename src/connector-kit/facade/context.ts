/** What the item operations of one open system have in common. */
import type { CompiledConnector } from "../compile.ts";
import type { Session } from "../session.ts";
import type { SchemaChecks } from "./schema-checks.ts";

export interface FacadeContext {
  compiled: CompiledConnector;
  session: Session;
  checks: SchemaChecks;
  /** Keeps values out of every text that leaves the system. */
  hide(secrets: unknown): void;
  /** A new text that no other run of an action has. */
  newKey(): string;
}
