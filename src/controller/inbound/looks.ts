/**
 * Looks for events that no webhook brought: those that a platform has no webhook for, and those that did not arrive.
 *
 * A look is no part of a pass. It has a schedule of its own, and what goes wrong in it stands in the log and in a
 * condition of its own; the Integration stays as ready as it is.
 */
import { type Integration, parseKey } from "../../api/index.ts";
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { ConnectorError } from "../../connector-kit/errors.ts";
import type { Clock } from "../../connector-kit/http/types.ts";
import type { Recovery } from "../../connector-kit/missed-contract.ts";
import type { Session } from "../../connector-kit/session.ts";
import type { EventLog } from "../../events/log.ts";
import type { Receiver } from "../../events/receive.ts";
import type { Manifest } from "../../manifests/types.ts";
import { specDigest } from "../../reconcile/digest.ts";
import { ownerOf } from "../../reconcile/pass.ts";
import { leadsTo } from "../../server/webhook-address.ts";
import type { LastingStore } from "../../store/types.ts";
import type { Current } from "../current.ts";
import { webhookTargets } from "../parts/webhooks.ts";
import type { InboundReason } from "../reasons.ts";
import type { Ran } from "../scheduler.ts";
import { unlessStopped } from "../unless-stopped.ts";
import { pollEvents } from "./poll.ts";
import { type InboundRecord, openInboundRecord, type Verdict } from "./record.ts";
import { MOST_REDELIVERIES, type Recovered, recoverEvents } from "./recover.ts";

export interface LooksOptions {
  store: Pick<LastingStore, "object" | "putObject" | "system" | "events" | "audit">;
  receiver: Pick<Receiver, "accept">;
  current(): Current | undefined;
  /** A session in the background lane. @throws ConnectorError */
  open(manifest: Manifest<Integration>): Promise<Session>;
  /** Whether a write may still be begun. */
  mayWrite(): boolean;
  publicUrl(): string | undefined;
  clock: Pick<Clock, "now">;
  /** A new trace: 32 hex digits. */
  newTrace(): string;
  log: EventLog;
}

export interface Looks {
  /** @returns those of the Integrations in force whose system can be asked. */
  concerned(current: Current): readonly Manifest<Integration>[];
  run(owner: string, signal: AbortSignal): Promise<Ran>;
}

export function createLooks(options: LooksOptions): Looks {
  return {
    concerned: (current) =>
      current.integrations.filter(({ object }) => {
        const events = current.connector(ownerOf(object))?.connector.events;
        const { events: wanted, suspend } = object.spec;
        return wanted?.enabled === true && suspend !== true && (events?.poll ?? events?.recover) !== undefined;
      }),
    async run(owner, signal) {
      const manifest = options.current()?.integration(owner);
      if (!manifest) return { end: { end: "done" } };
      const look = new Look(options, manifest, owner, signal);
      return (await unlessStopped(look.run(), signal, () => look.writes)) ?? done;
    },
  };
}

/** What went wrong, and when it may be tried again. */
type Trouble = NonNullable<Recovered["failure"]>;

class Look {
  /** Whether something is being written to the system. */
  writes = false;
  readonly #options: LooksOptions;
  readonly #manifest: Manifest<Integration>;
  readonly #owner: string;
  readonly #signal: AbortSignal;
  readonly #trace: string;

  constructor(options: LooksOptions, manifest: Manifest<Integration>, owner: string, signal: AbortSignal) {
    this.#options = options;
    this.#manifest = manifest;
    this.#owner = owner;
    this.#signal = signal;
    this.#trace = options.newTrace();
  }

  async run(): Promise<Ran> {
    const { store, clock, log } = this.#options;
    const { platform, connection } = this.#manifest.object.spec;
    const digest = specDigest([platform, connection ?? null]);
    const record = await openInboundRecord(store, this.#owner, digest, () => clock.now());
    const { verdict, trouble } = await this.#look(record);
    if (this.#signal.aborted) return done;
    await record.conclude(verdict);
    if (verdict.status === "True") return done;
    log.warn({ trace: this.#trace, integration: this.#owner, reason: verdict.reason }, verdict.message);
    if (!trouble) return done;
    const { code, message, retryAfter } = trouble;
    return { end: { end: "again", reason: code, message, ...(retryAfter === undefined ? {} : { retryAfter }) } };
  }

  async #look(record: InboundRecord): Promise<{ verdict: Verdict; trouble?: Trouble }> {
    try {
      const session = await this.#options.open(this.#manifest);
      // One that fails must not keep the other from its turn.
      const polled = await this.#poll(session, record).catch(troubleOf);
      const { recover } = session.connector.events ?? {};
      const recovered = recover ? await this.#recover(session, recover) : nothing;
      const trouble = polled ?? recovered.failure;
      const verdict = polled ? unasked(polled) : verdictOf(recovered, this.#observes);
      return { verdict, ...(trouble ? { trouble } : {}) };
    } catch (error) {
      const trouble = troubleOf(error);
      return { verdict: unasked(trouble), trouble };
    }
  }

  get #observes(): boolean {
    return this.#manifest.object.spec.policy?.mode === "Observe";
  }

  async #poll(session: Session, record: InboundRecord): Promise<Trouble | undefined> {
    const { poll } = session.connector.events ?? {};
    if (!poll) return undefined;
    const { namespace = DEFAULT_NAMESPACE, name } = this.#manifest.object.metadata;
    const from = { namespace, name, platform: session.connector.platform };
    return pollEvents({
      cursor: record.cursor,
      poll: (cursor) => session.guardErrors(() => poll(session.reader, cursor)),
      accept: (found) => session.guardErrors(() => this.#options.receiver.accept(from, found, this.#trace)),
      keepCursor: (cursor) => record.keepCursor(cursor),
      signal: this.#signal,
    });
  }

  async #recover(session: Session, recovery: Recovery): Promise<Recovered> {
    const request = {
      reaches: this.#reaches(),
      owned: await this.#owned(),
      arrived: (ids: readonly string[]) => this.#arrived(ids),
      now: this.#options.clock.now(),
    };
    const recovered = await recoverEvents({
      missed: (found) =>
        session.guardErrors(async () => {
          for await (const one of recovery.missed(session.reader, request)) found(one);
        }),
      ...(this.#observes
        ? {}
        : {
            redeliver: (one) => {
              this.writes = true;
              return session.guardErrors(() => recovery.redeliver(session.writer, one));
            },
          }),
      mayWrite: () => !this.#signal.aborted && this.#options.mayWrite(),
      now: request.now,
    });
    await this.#record(recovered);
    this.writes = false;
    return recovered;
  }

  #reaches(): (address: string) => boolean {
    const { current, publicUrl } = this.#options;
    const base = publicUrl();
    if (base === undefined) return () => false;
    const { namespace = DEFAULT_NAMESPACE, name } = this.#manifest.object.metadata;
    const options = { publicUrl: base, targets: webhookTargets(current()), target: { namespace, name } };
    return (address) => leadsTo(address, options);
  }

  async #owned() {
    const { store } = this.#options;
    const system = (await store.object("Integration", this.#owner))?.system;
    const { inventory } = (system === undefined ? undefined : await store.system(system)) ?? { inventory: [] };
    return inventory
      .filter(({ integration }) => integration === this.#owner)
      .map(({ kind, key, id }) => ({ kind, key: parseKey(key), id }));
  }

  async #arrived(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { events } = this.#options.store;
    const there = new Set<string>();
    for (const id of ids) if (await events.eventById(`/${this.#owner}`, id)) there.add(id);
    return there;
  }

  /** A redelivery is a write to the system. */
  async #record({ redelivered, refused }: Recovered): Promise<void> {
    if (redelivered + refused === 0) return;
    const { store, clock, log } = this.#options;
    await store.audit.append([
      {
        at: clock.now(),
        actor: "controller",
        action: "redeliver",
        resourceType: "integration",
        resourceId: this.#owner,
        outcome: refused === 0 ? "done" : "failed",
        trace: this.#trace,
        details: { redelivered, refused },
      },
    ]);
    log.info(
      { trace: this.#trace, integration: this.#owner, redelivered, refused },
      "missed deliveries asked for again",
    );
  }
}

const done: Ran = { end: { end: "done" } };
const nothing: Recovered = { missed: 0, redelivered: 0, refused: 0 };

/** @throws what is no failure of the system. */
function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ConnectorError)) throw error;
  const { code, message, retryAfter } = error;
  return { code, message, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function unasked({ code, message }: Trouble): Verdict {
  return { status: "False", reason: code, message: `Not all events came in: ${message}` };
}

/** What is to be known of a look. */
export function verdictOf({ missed, redelivered, failure }: Recovered, observes: boolean): Verdict {
  const verdict = (status: Verdict["status"], reason: InboundReason, message: string) => ({ status, reason, message });
  const asked = `Of ${missed} missed ${missed === 1 ? "delivery" : "deliveries"} ${redelivered} asked for again`;
  if (failure) return { status: "False", reason: failure.code, message: `${asked}: ${failure.message}` };
  if (missed === 0) return verdict("True", "Complete", "No delivery is known to be missing.");
  if (observes) return verdict("False", "Missed", `${asked}, since policy.mode is Observe.`);
  const later = ` The others wait for later looks: ${MOST_REDELIVERIES} at once, and what fails less and less often.`;
  return verdict("False", "Redelivering", `${asked}.${redelivered < missed ? later : ""}`);
}
