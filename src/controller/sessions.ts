/**
 * Connections to the systems while the program runs: for rules and people one for each Integration, kept as long as
 * neither its manifest nor its secrets change; for a pass a new one. All share the limits of their system.
 *
 * An Integration's own account is asked for before the first use of a credential, so that events which it causes are
 * known as its own from the first one on.
 */
import type { Integration } from "../api/index.ts";
import type { CheckedAccount } from "../connector-kit/account.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import type { Answered } from "../connector-kit/http/connection.ts";
import type { Session } from "../connector-kit/session.ts";
import type { EventLog } from "../events/log.ts";
import type { Manifest } from "../manifests/types.ts";
import { specDigest } from "../reconcile/digest.ts";
import { ownerOf } from "../reconcile/pass.ts";
import type { Opened, SessionProvider } from "../rules/sessions.ts";
import { CallStats, type Calls } from "./calls.ts";
import type { Current } from "./current.ts";

/** What a session is opened with. */
export interface Resolved {
  connection: Readonly<Record<string, unknown>>;
  credentials: Readonly<Record<string, string>>;
}

/** What can be had of it. */
export interface Available extends Resolved {
  /** Why a credential is missing, by its name: the message names its field and reference, and no value. */
  faults: Readonly<Record<string, string>>;
}

export interface SessionsOptions {
  current(): Current | undefined;
  /** Reads secrets anew. @throws ConnectorError */
  resolve(manifest: Manifest<Integration>): Promise<Resolved>;
  /** @param watch told of each request and each answer, and asked before each write. @throws ConnectorError */
  open(manifest: Manifest<Integration>, lane: "background" | "interactive", watch: Watch): Promise<Session>;
  /** Whether this process has the right to write, and for so many more milliseconds. */
  mayWrite(milliseconds: number): boolean;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Keeps values out of every text that leaves. */
  hide(secrets: unknown): void;
  log: EventLog;
}

/** Milliseconds for which secrets are used without being read again: a rotated one counts soon. */
export const SECRETS_AGE = 5000;

export interface Watch {
  onRequest(): void;
  onAnswer(answer: Answered): void;
  /** Asked right before a write leaves. */
  mayWrite(milliseconds: number): boolean;
}

export interface Sessions extends SessionProvider {
  /** A session for one pass. @throws ConnectorError */
  forPass(manifest: Manifest<Integration>): Promise<Session>;
  account(owner: string): CheckedAccount | undefined;
  calls(owner: string): Calls;
}

interface Kept {
  key: string;
  session: Promise<Session>;
  manifest: Manifest<Integration>;
  /** When its secrets were last read. */
  readAt: number;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { current, log } = options;
  const kept = new Map<string, Kept>();
  const accounts = new Map<string, { key: string; account: CheckedAccount | undefined }>();
  /** The key of the credential whose account was last told of as unknown. */
  const unknown = new Map<string, string>();
  const stats = new Map<string, CallStats>();

  const statsOf = (owner: string): CallStats => {
    const known = stats.get(owner) ?? new CallStats();
    stats.set(owner, known);
    return known;
  };

  async function open(manifest: Manifest<Integration>, lane: "background" | "interactive", key: string) {
    const owner = ownerOf(manifest.object);
    const counted = statsOf(owner);
    const session = await options.open(manifest, lane, {
      onRequest: () => counted.called(),
      onAnswer: (answer) => counted.answered(answer),
      mayWrite: options.mayWrite,
    });
    const counting = countingErrors(session, counted);
    const known = accounts.get(owner);
    if (known?.key !== key || known.account === undefined) {
      accounts.set(owner, { key, account: await accountOf(owner, key, counting) });
    }
    return counting;
  }

  /** Only where events come in does it matter who caused them. It is asked for again and again, and told of once. */
  async function accountOf(owner: string, key: string, session: Session): Promise<CheckedAccount | undefined> {
    if (!session.connector.events?.own) return undefined;
    try {
      return (await session.check()).account;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (unknown.get(owner) === key) return undefined;
      unknown.set(owner, key);
      log.warn({ integration: owner, code: error.code }, `whose account it is could not be asked: ${error.message}`);
      return undefined;
    }
  }

  const keyOf = async (manifest: Manifest<Integration>) => {
    const { platform, rateLimit } = manifest.object.spec;
    return specDigest([platform, rateLimit ?? null, await options.resolve(manifest)]);
  };

  /** The one that is kept, where its secrets need not be read again yet. */
  function freshSession(owner: string, manifest: Manifest<Integration>): Promise<Session> | undefined {
    const known = kept.get(owner);
    const isFresh = known?.manifest === manifest && options.monotonic() - known.readAt < SECRETS_AGE;
    return isFresh ? known.session : undefined;
  }

  async function keptSession(owner: string, manifest: Manifest<Integration>): Promise<Session> {
    const now = options.monotonic();
    const key = await keyOf(manifest);
    const known = kept.get(owner);
    if (known?.key === key) {
      kept.set(owner, { ...known, manifest, readAt: now });
      return known.session;
    }
    const session = open(manifest, "interactive", key);
    kept.set(owner, { key, session, manifest, readAt: now });
    session.catch(() => {
      if (kept.get(owner)?.session === session) kept.delete(owner);
    });
    return session;
  }

  return {
    async forPass(manifest) {
      return open(manifest, "background", await keyOf(manifest));
    },
    async open(namespace, integration): Promise<Opened> {
      const owner = `${namespace}/${integration}`;
      const manifest = current()?.integration(owner);
      const compiled = current()?.connector(owner);
      if (!manifest) return closed("UnknownIntegration", `There is no Integration ${owner}.`);
      if (manifest.object.spec.suspend) return closed("Suspended", `The Integration ${owner} is suspended.`);
      if (!compiled) return closed("Unloaded", `The connector of ${manifest.object.spec.platform} is not loaded.`);
      const session = freshSession(owner, manifest) ?? keptSession(owner, manifest);
      return { state: "open", compiled, session: await session, hide: options.hide };
    },
    account: (owner) => accounts.get(owner)?.account,
    calls: (owner) => statsOf(owner).now(),
  };
}

function closed(reason: Extract<Opened, { state: "closed" }>["reason"], message: string): Opened {
  return { state: "closed", reason, message };
}

function countingErrors(session: Session, counted: CallStats): Session {
  const { connector, origin, reader, requests, redact } = session;
  return {
    ...{ connector, origin, reader, requests, redact },
    // Made only when something asks for it.
    get writer() {
      return session.writer;
    },
    check: () => counting(counted, () => session.check()),
    identity: () => counting(counted, () => session.identity()),
    guardErrors: (run) => counting(counted, () => session.guardErrors(run)),
  };
}

async function counting<T>(counted: CallStats, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    counted.failed();
    throw error;
  }
}
