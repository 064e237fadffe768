/**
 * The one way out: undici's own fetch over undici's own dispatcher, loaded with the first request.
 *
 * Node's global fetch is another undici, which hangs with a dispatcher of this one. The package takes
 * long to load, and commands that ask no system should not pay for it. The proxy variables come in as
 * an argument; an empty string keeps undici from looking into the process's environment itself.
 */
import type { Dispatcher, RequestInit, Response } from "undici";
import { assertPublicUrl, guardedDispatcher, type HostTrust } from "./public-address.ts";

/** `fetch` of the undici package. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Dispatch {
  fetch: Fetch;
  /**
   * For addresses that users choose: https and public only, unless the operator named the host.
   *
   * @throws ConnectorError for one that is not; of a name it is the cause, since it is looked up on the way.
   */
  guardedFetch: Fetch;
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

/** @returns a fetch that loads undici when it is first called. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { trust } = options;
  let loaded: Promise<{ fetch: Fetch; dispatcher: Dispatcher; guarded: Dispatcher }> | undefined;
  const load = async () => {
    const undici = await import("undici");
    return {
      fetch: options.fetch ?? undici.fetch,
      dispatcher: options.dispatcher ?? dispatcherOf(undici, options.env),
      guarded: options.dispatcher ?? guardedDispatcher(undici, { trust }),
    };
  };
  return {
    async fetch(url, init) {
      loaded ??= load();
      const { fetch, dispatcher } = await loaded;
      return fetch(url, { ...init, dispatcher });
    },
    async guardedFetch(url, init) {
      const { href } = assertPublicUrl(url, trust);
      loaded ??= load();
      const { fetch, guarded } = await loaded;
      return fetch(href, { ...init, dispatcher: guarded });
    },
    async close() {
      if (!loaded || options.dispatcher) return;
      const { dispatcher, guarded } = await loaded;
      await Promise.all([dispatcher.destroy(), guarded.destroy()]);
    },
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
