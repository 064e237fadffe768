/** The way to a system, layer by layer: which step fails for which fault, and what is not looked at then. */

import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { machineProbe, type Probe } from "../../../src/cli/doctor/probe.ts";
import { reach, type Way } from "../../../src/cli/doctor/reach.ts";

const now = Date.parse("2026-11-25T12:00:00Z");
const coded = (code: string) => Object.assign(new Error(code), { code });

/** A network in which all is well but for what a test says; `asked` tells what was looked at. */
function network(faults: Partial<Probe> = {}): { probe: Probe; asked: string[] } {
  const asked: string[] = [];
  const noted =
    <A extends readonly unknown[], T>(name: string, run: (...args: A) => Promise<T>) =>
    (...args: A) => {
      asked.push(`${name} ${args.map((one) => (one instanceof URL ? one.host : JSON.stringify(one))).join(" ")}`);
      return run(...args);
    };
  const validTo = new Date(now + 90 * 86_400_000);
  const probe: Probe = {
    lookup: noted("lookup", faults.lookup ?? (async () => ["192.0.2.1"])),
    connect: noted("connect", faults.connect ?? (async () => undefined)),
    tunnel: noted("tunnel", faults.tunnel ?? (async () => undefined)),
    secure: noted("secure", faults.secure ?? (async () => ({ protocol: "TLSv1.3", validTo }))),
  };
  return { probe, asked };
}

const look = (probe: Probe, way: Partial<Way> = {}) =>
  reach({ origin: "https://chat.example.com", env: {}, now, probe, ...way });
const short = (steps: Awaited<ReturnType<typeof reach>>) => steps.map(({ name, status }) => `${name} ${status}`);

test.each<{ name: string; faults: Partial<Probe>; steps: string[]; says: string }>([
  { name: "nothing", faults: {}, steps: ["dns ok", "tcp ok", "proxy ok", "tls ok"], says: "valid until 2027-02-23" },
  {
    name: "the name",
    faults: { lookup: async () => Promise.reject(coded("ENOTFOUND")) },
    steps: ["dns failed"],
    says: "chat.example.com: the name was not found in DNS",
  },
  {
    name: "the connection",
    faults: { connect: async () => Promise.reject(coded("ECONNREFUSED")) },
    steps: ["dns ok", "tcp failed"],
    says: "chat.example.com:443: the connection was refused",
  },
  {
    name: "the certificate",
    faults: { secure: async () => Promise.reject(coded("CERT_HAS_EXPIRED")) },
    steps: ["dns ok", "tcp ok", "proxy ok", "tls failed"],
    says: "its TLS certificate has expired",
  },
])("where $name is broken that step fails, and none after it is looked at", async ({ faults, steps, says }) => {
  const found = await look(network(faults).probe);
  expect(short(found)).toEqual(steps);
  expect(found.at(-1)?.message).toContain(says);
  if (found.at(-1)?.status === "failed") expect(found.at(-1)?.remedy).toMatch(/\.$/);
});

test.each([
  { days: 20, warning: undefined },
  { days: 14, warning: undefined },
  { days: 13.5, warning: "the certificate expires in 13 days" },
  { days: 1.5, warning: "the certificate expires in 1 day" },
])("a certificate that ends in $days days", async ({ days, warning }) => {
  const secure = async () => ({ protocol: "TLSv1.3", validTo: new Date(now + days * 86_400_000) });
  expect((await look(network({ secure }).probe)).at(-1)?.warning).toBe(warning);
});

describe("behind a proxy", () => {
  const env = { HTTPS_PROXY: "http://u:p4ssword@proxy.example.com:3128" };

  test("name and connection are the proxy's, and TLS goes through its tunnel", async () => {
    const { probe, asked } = network();
    const steps = await look(probe, { env });
    expect(asked).toEqual([
      'lookup "proxy.example.com"',
      'connect {"host":"proxy.example.com","port":3128}',
      expect.stringMatching(/^tunnel proxy\.example\.com:3128 .*"chat\.example\.com","port":443/),
      expect.stringMatching(/^secure .*"chat\.example\.com".* proxy\.example\.com:3128$/),
    ]);
    expect(JSON.stringify(steps)).not.toContain("p4ssword");
  });

  test("a proxy that refuses is the step that fails", async () => {
    const steps = await look(
      network({ tunnel: async () => Promise.reject(new Error("the proxy answers 407")) }).probe,
      { env },
    );
    expect(steps.at(-1)).toMatchObject({
      name: "proxy",
      status: "failed",
      message: "proxy.example.com:3128: the proxy answers 407",
    });
  });

  test.each([
    { none: "example.com", goesRound: true },
    { none: ".example.com", goesRound: true },
    { none: "*.example.com other", goesRound: true },
    { none: "*", goesRound: true },
    { none: "chat.example.com:443", goesRound: true },
    { none: "chat.example.com:8443", goesRound: false },
    { none: "ample.com", goesRound: false },
    { none: "other.com, ", goesRound: false },
  ])("NO_PROXY=$none", async ({ none, goesRound }) => {
    const { probe, asked } = network();
    await look(probe, { env: { ...env, NO_PROXY: none } });
    expect(asked[0]).toBe(goesRound ? 'lookup "chat.example.com"' : 'lookup "proxy.example.com"');
  });
});

test.each([
  { origin: "http://127.0.0.1:8080", steps: ["dns ok", "tcp ok", "proxy ok", "tls skipped"] },
  { origin: "mail.example.com:587", steps: ["dns ok", "tcp ok", "proxy ok", "tls skipped"] },
  { origin: "fake", steps: ["dns skipped", "tcp skipped", "proxy skipped", "tls skipped"] },
])("$origin", async ({ origin, steps }) => {
  expect(short(await look(network().probe, { origin }))).toEqual(steps);
});

describe("this machine's network", () => {
  async function listening(answer: string): Promise<{ server: Server; port: number; heard: () => string }> {
    let heard = "";
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        heard += bytes.toString("latin1");
        socket.end(answer);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return { server, port: (server.address() as AddressInfo).port, heard: () => heard };
  }

  test("takes a connection, and is told of one that is refused", async () => {
    const { port, server } = await listening("");
    await machineProbe.connect({ host: "127.0.0.1", port });
    await new Promise((resolve) => server.close(resolve));
    await expect(machineProbe.connect({ host: "127.0.0.1", port })).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test.each([
    { answer: "HTTP/1.1 200 Connection established\r\n\r\n", says: undefined },
    { answer: "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", says: "the proxy answers 407" },
    { answer: "SSH-2.0-x\r\n", says: "it does not answer as a proxy" },
    { answer: "", says: "the proxy closed the connection" },
  ])("a proxy that answers $answer", async ({ answer, says }) => {
    const { port, heard } = await listening(answer);
    const proxy = new URL(`http://ada:s%40fe@127.0.0.1:${port}`);
    const tunnel = machineProbe.tunnel(proxy, { host: "chat.example.com", port: 443 });
    if (says === undefined) await tunnel;
    else await expect(tunnel).rejects.toThrow(says);
    expect(heard()).toContain("CONNECT chat.example.com:443 HTTP/1.1\r\n");
    expect(heard()).toContain(`Proxy-Authorization: Basic ${Buffer.from("ada:s@fe").toString("base64")}\r\n`);
  });

  test("TLS to what speaks none fails", async () => {
    const { port } = await listening("HTTP/1.1 400 Bad Request\r\n\r\n");
    await expect(machineProbe.secure({ host: "127.0.0.1", port })).rejects.toThrow();
  });
});
