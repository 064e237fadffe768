/**
 * What is remembered of asking an Integration's system for its events: how far that came, and how the last look went.
 *
 * It is a record of its own, since passes write the Integration's. A place that one system gave says nothing of
 * another, so it is forgotten when the connection changes.
 */
import type { Condition } from "../../api/index.ts";
import { INBOUND_KIND, type ObjectState, type Store } from "../../store/types.ts";

/** Whether all events of the system came in, as far as can be known. */
export const EVENTS_COMPLETE = "EventsComplete";
/** Holds the cursor, as JSON text. */
const CURSOR = "Cursor";

export type Verdict = Pick<Condition, "status" | "reason" | "message">;

export interface InboundRecord {
  readonly cursor: string | undefined;
  /** On disk when it resolves. */
  keepCursor(cursor: string): Promise<void>;
  /** Written only when it moved. */
  conclude(verdict: Verdict): Promise<void>;
}

/** @param connection digest of what the system is found by. @param now milliseconds since 1970. */
export async function openInboundRecord(
  store: Pick<Store, "object" | "putObject">,
  owner: string,
  connection: string,
  now: () => number,
): Promise<InboundRecord> {
  let state = (await store.object(INBOUND_KIND, owner)) ?? empty(owner, connection);
  if (state.digest !== connection) state = { ...empty(owner, connection), generation: state.generation + 1 };

  async function put(type: string, verdict: Verdict): Promise<void> {
    const known = state.conditions.find((one) => one.type === type);
    if (known && isSame(known, verdict)) return;
    const since = known?.status === verdict.status ? known.lastTransitionTime : new Date(now()).toISOString();
    const next = { type, ...verdict, lastTransitionTime: since };
    const conditions = [...state.conditions.filter((one) => one !== known), next];
    await store.putObject({ ...state, conditions });
    state = { ...state, conditions };
  }

  return {
    get cursor() {
      const text = state.conditions.find(({ type }) => type === CURSOR)?.message;
      return text === undefined ? undefined : (JSON.parse(text) as string);
    },
    keepCursor: (cursor) => put(CURSOR, { status: "True", reason: "Kept", message: JSON.stringify(cursor) }),
    conclude: (verdict) => put(EVENTS_COMPLETE, verdict),
  };
}

/** @returns what people are shown of it beside the Integration's own conditions. */
export function inboundConditions(objects: readonly ObjectState[], owner: string): readonly Condition[] {
  const state = objects.find(({ kind, name }) => kind === INBOUND_KIND && name === owner);
  return (state?.conditions ?? []).filter(({ type }) => type === EVENTS_COMPLETE);
}

function empty(name: string, digest: string): ObjectState {
  return { kind: INBOUND_KIND, name, generation: 1, digest, conditions: [] };
}

function isSame(known: Condition, { status, reason, message }: Verdict): boolean {
  return known.status === status && known.reason === reason && known.message === message;
}
