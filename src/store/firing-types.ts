/**
 * When each Rule and NotificationRoute was last followed, and what went wrong last.
 *
 * A row each, written now and then and not with every event: what is lost with a process that is killed, the deliveries
 * still tell ({@link FiringStore.after}). Times are milliseconds since 1970.
 */

/** The event that was followed last. */
export interface Fired {
  /** When it was decided: the delivery's own time. */
  at: number;
  /** The event's number in the inbox. */
  event: number;
  id: string;
  source: string;
  type: string;
  trace: string;
}

/** An attempt that failed, or a template that could not be used. */
export interface Failed {
  at: number;
  /** The number of the event that it was about. */
  event: number;
  code: string;
  message: string;
}

export interface Firing {
  kind: "Rule" | "NotificationRoute";
  /** `namespace/name`. */
  name: string;
  fired?: Fired;
  failed?: Failed;
}

export interface FiringStore {
  list(): Promise<readonly Firing[]>;
  /** Writes them in the place of what there was, as one. */
  put(firings: readonly Firing[]): Promise<void>;
  drop(kind: Firing["kind"], name: string): Promise<void>;
  /**
   * What deliveries tell of events after a number, for whoever may have been killed before it wrote. Costs as much as
   * there are such deliveries.
   */
  after(event: number): Promise<readonly Firing[]>;
}
