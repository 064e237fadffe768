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
import type { Session } from "../connector-kit/session.ts";
import type { EventLog } from "../events/log.ts";
import type { Manifest } from "../manifests/types.ts";
import { specDigest } from "../reconcile/digest.ts";
import { ownerOf } from "../reconcile/pass.ts";
import type { Opened, SessionProvider } from "../rules/sessions.ts";
import type { Current } from "./current.ts";

/** What a session is opened with. */
export interface Resolved {
  connection: Readonly<Record<string, unknown>>;
  credentials: Readonly<Record<string, string>>;
}

export interface SessionsOptions {
  current(): Current | undefined;
  /** Reads secrets anew. @throws ConnectorError */
  resolve(manifest: Manifest<Integration>): Promise<Resolved>;
  /** @param onRequest told of each request. @throws ConnectorError */
  open(manifest: Manifest<Integration>, lane: "background" | "interactive", onRequest: () => void): Promise<Session>;
  /** Keeps values out of every text that leaves. */
  hide(secrets: unknown): void;
  log: EventLog;
}

/** How often a system was called since the start, and how often that failed. */
export interface Calls {
  calls: number;
  errors: number;
}

export interface Sessions extends SessionProvider {
  /** A session for one pass. @throws ConnectorError */
  forPass(manifest: Manifest<Integration>): Promise<Session>;
  account(owner: string): CheckedAccount | undefined;
  calls(owner: string): Calls;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { current, log } = options;
  const kept = new Map<string, { key: string; session: Promise<Session> }>();
  const accounts = new Map<string, { key: string; account: CheckedAccount | undefined }>();
  const counts = new Map<string, Calls>();

  const countsOf = (owner: string): Calls => {
    const known = counts.get(owner) ?? { calls: 0, errors: 0 };
    counts.set(owner, known);
    return known;
  };

  async function open(manifest: Manifest<Integration>, lane: "background" | "interactive", key: string) {
    const owner = ownerOf(manifest.object);
    const counted = countsOf(owner);
    const session = await options.open(manifest, lane, () => {
      counted.calls += 1;
    });
    const counting = countingErrors(session, counted);
    const known = accounts.get(owner);
    if (known?.key !== key || known.account === undefined) {
      accounts.set(owner, { key, account: await accountOf(owner, counting) });
    }
    return counting;
  }

  /** Only where events come in does it matter who caused them. */
  async function accountOf(owner: string, session: Session): Promise<CheckedAccount | undefined> {
    if (!session.connector.events?.own) return undefined;
    try {
      return (await session.check()).account;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      log.warn({ integration: owner, code: error.code }, `whose account it is could not be asked: ${error.message}`);
      return undefined;
    }
  }

  const keyOf = async (manifest: Manifest<Integration>) => {
    const { platform, rateLimit } = manifest.object.spec;
    return specDigest([platform, rateLimit ?? null, await options.resolve(manifest)]);
  };

  async function keptSession(manifest: Manifest<Integration>): Promise<Session> {
    const owner = ownerOf(manifest.object);
    const key = await keyOf(manifest);
    const known = kept.get(owner);
    if (known?.key === key) return known.session;
    const session = open(manifest, "interactive", key);
    kept.set(owner, { key, session });
    session.catch(() => kept.delete(owner));
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
      return { state: "open", compiled, session: await keptSession(manifest), hide: options.hide };
    },
    account: (owner) => accounts.get(owner)?.account,
    calls: (owner) => ({ ...countsOf(owner) }),
  };
}

function closed(reason: Extract<Opened, { state: "closed" }>["reason"], message: string): Opened {
  return { state: "closed", reason, message };
}

function countingErrors(session: Session, counted: Calls): Session {
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

async function counting<T>(counted: Calls, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    counted.errors += 1;
    throw error;
  }
}
