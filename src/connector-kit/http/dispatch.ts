/**
 * The one way out: undici's dispatcher, loaded with the first request.
 *
 * Node's global fetch is another undici, which hangs with a dispatcher of this one; undici's own costs
 * several times what the exchange does, for streams and headers that nobody here asks for
 * (docs/decisions/0017). The package takes long to load, and commands that ask no system should not pay
 * for it. The proxy variables come in as an argument; an empty string keeps undici from looking into the
 * process's environment itself.
 */
import type { Dispatcher } from "undici";
import { collect, type Incoming, type Outgoing } from "./collect.ts";
import { assertPublicAddress, guardedDispatcher, type HostTrust } from "./public-address.ts";

/** Stands in for the network. */
export type Fetch = (url: string, outgoing: Outgoing) => Promise<Incoming>;

export type Send = (url: URL, outgoing: Outgoing) => Promise<Incoming>;

export interface Dispatch {
  fetch: Send;
  /**
   * For addresses that users choose: https and public only, unless the operator named the host.
   *
   * @throws ConnectorError for one that is not; of a name it is the cause, since it is looked up on the way.
   */
  guardedFetch: Send;
  /** Ends all connections. */
  close(): Promise<void>;
}

export interface DispatchOptions {
  env: Readonly<Record<string, string | undefined>>;
  fetch: Fetch | undefined;
  dispatcher: Dispatcher | undefined;
  trust: HostTrust;
}

/** Milliseconds until a connection has to stand. */
const CONNECT_TIMEOUT = 10_000;

/** What packs answers that this program unpacks. */
const ENCODINGS = "gzip, deflate, br";

interface Loaded {
  plain: Send;
  guarded: Send;
  close(): Promise<unknown>;
}

/** @returns ways out that load undici when they are first used. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { trust } = options;
  let loaded: Promise<Loaded> | undefined;
  let ready: Loaded | undefined;
  const load = async (): Promise<Loaded> => {
    const undici = await import("undici");
    const plain = options.dispatcher ?? dispatcherOf(undici, options.env);
    const guarded = options.dispatcher ?? guardedDispatcher(undici, { trust });
    const other = options.fetch && standing(options.fetch);
    ready = {
      plain: other ?? unpacking(undici, plain),
      guarded: other ?? ((url, outgoing) => collect(guarded, url, outgoing)),
      close: () => Promise.all([plain.destroy(), guarded.destroy()]),
    };
    return ready;
  };
  const ways = (): Promise<Loaded> => {
    loaded ??= load();
    return loaded;
  };
  return {
    async fetch(url, outgoing) {
      return (ready ?? (await ways())).plain(url, outgoing);
    },
    async guardedFetch(url, outgoing) {
      assertPublicAddress(url, trust);
      return (ready ?? (await ways())).guarded(url, outgoing);
    },
    async close() {
      if (loaded && !options.dispatcher) await (await loaded).close();
    },
  };
}

function standing(fetch: Fetch): Send {
  return (url, outgoing) => fetch(url.href, outgoing);
}

/** Asks for packed answers, whatever their status; one without a body has nothing to unpack. */
function unpacking(undici: typeof import("undici"), dispatcher: Dispatcher): Send {
  const unpack = undici.interceptors.decompress({ skipErrorResponses: false });
  const unpacked = dispatcher.compose(unpack);
  return (url, outgoing) => {
    if (outgoing.method === "HEAD") return collect(dispatcher, url, outgoing);
    return collect(unpacked, url, { ...outgoing, headers: { "accept-encoding": ENCODINGS, ...outgoing.headers } });
  };
}

function dispatcherOf(undici: typeof import("undici"), env: DispatchOptions["env"]): Dispatcher {
  const connect = { connect: { timeout: CONNECT_TIMEOUT } };
  const { http, https, none } = proxiesOf(env);
  if (http === "" && https === "") return new undici.Agent(connect);
  return new undici.EnvHttpProxyAgent({ ...connect, httpProxy: http, httpsProxy: https, noProxy: none });
}

/** @returns the proxy variables, lower case before upper case as curl has it; empty where there is none. */
export function proxiesOf(env: DispatchOptions["env"]): { http: string; https: string; none: string } {
  const of = (name: string): string => env[name] ?? env[name.toUpperCase()] ?? "";
  return { http: of("http_proxy"), https: of("https_proxy"), none: of("no_proxy") };
}
