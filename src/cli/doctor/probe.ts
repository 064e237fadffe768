/**
 * The network below HTTP, one layer at a time: what a failed request cannot tell apart.
 *
 * Nothing is sent but what a layer needs to stand: no credential, no path.
 */
import { lookup } from "node:dns/promises";
import { connect, type Socket } from "node:net";
import { connect as secure } from "node:tls";

export interface Address {
  host: string;
  port: number;
}

export interface Probe {
  /** @returns the addresses of a name. @throws the system's error. */
  lookup(host: string): Promise<readonly string[]>;
  /** Opens a connection and ends it. */
  connect(to: Address): Promise<void>;
  /** Asks a proxy for a tunnel, and ends it. @throws Error with the proxy's status. */
  tunnel(proxy: URL, to: Address): Promise<void>;
  /** Brings TLS up, inside a proxy's tunnel where one is given. */
  secure(to: Address, proxy?: URL): Promise<{ protocol: string; validTo: Date }>;
}

/** Milliseconds that each layer may take; as long as a request waits for its connection. */
const PATIENCE = 10_000;

/** The machine's network. */
export const machineProbe: Probe = {
  async lookup(host) {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  },
  async connect(to) {
    (await open(to)).destroy();
  },
  async tunnel(proxy, to) {
    (await openTunnel(proxy, to)).destroy();
  },
  async secure(to, proxy) {
    const socket = proxy ? await openTunnel(proxy, to) : await open(to);
    return upgrade(socket, to.host);
  },
};

function open({ host, port }: Address): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(PATIENCE, () => socket.destroy(timedOut()));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/** `CONNECT host:port` (RFC 9110 section 9.3.6). */
async function openTunnel(proxy: URL, { host, port }: Address): Promise<Socket> {
  const socket = await open(addressOf(proxy));
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const { username, password } = proxy;
  const userInfo = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  const credentials = username === "" ? [] : [`Proxy-Authorization: Basic ${userInfo}`];
  socket.write([`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`, ...credentials, "", ""].join("\r\n"));
  return new Promise((resolve, reject) => {
    const stop = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the proxy closed the connection")));
    socket.once("data", (answer: Buffer) => {
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer.toString("latin1"))?.[1];
      if (status?.startsWith("2")) resolve(socket);
      else stop(new Error(status === undefined ? "it does not answer as a proxy" : `the proxy answers ${status}`));
    });
  });
}

function upgrade(socket: Socket, host: string): Promise<{ protocol: string; validTo: Date }> {
  return new Promise((resolve, reject) => {
    const wrapped = secure({ socket, ...(/^[\d.]+$|:/.test(host) ? { host } : { servername: host }) });
    wrapped.setTimeout(PATIENCE, () => wrapped.destroy(timedOut()));
    wrapped.once("error", (error) => {
      socket.destroy();
      reject(error);
    });
    wrapped.once("secureConnect", () => {
      const validTo = new Date(wrapped.getPeerCertificate().valid_to);
      resolve({ protocol: wrapped.getProtocol() ?? "TLS", validTo });
      wrapped.destroy();
    });
  });
}

/** @returns where an address leads; the port of its scheme where it names none. */
export function addressOf({ hostname, port, protocol }: URL): Address {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}

function timedOut(): Error {
  return Object.assign(new Error("no answer came in time"), { code: "UND_ERR_CONNECT_TIMEOUT" });
}
