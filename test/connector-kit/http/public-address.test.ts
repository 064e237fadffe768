import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { ANSWER_BYTES, createGuardedClient } from "../../../src/connector-kit/http/guarded-request.ts";
import {
  assertPublicUrl,
  guardedLookup,
  type HostTrust,
  isPublicAddress,
} from "../../../src/connector-kit/http/public-address.ts";

const unbound: HostTrust = () => "unbound";
const named: HostTrust = () => "named";
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(handler: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(handler);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("an address", () => {
  test.each([
    "127.0.0.1",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.0.0.1",
    "192.168.0.1",
    "198.19.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "::",
    "::1",
    "::ffff:8.8.8.8",
    "::ffff:127.0.0.1",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2606:4700::1%eth0",
    "no address",
  ])("%s is not public", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(["8.8.8.8", "172.32.0.1", "100.128.0.1", "198.20.0.1", "2606:4700:4700::1111", "2a00:1450::1"])(
    "%s is public",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe("before anything is sent", () => {
  test.each([
    ["http://example.com/", "not https"],
    ["https://2130706433/", "not public"],
    ["https://0x7f.1/", "not public"],
    ["https://127.1/", "not public"],
    ["https://１２７.0.0.1/", "not public"],
    ["https://[::1]/", "not public"],
    ["https://[::ffff:127.0.0.1]/", "not public"],
    ["https://localhost./", "not public"],
    ["https://metadata.google.internal/", "not public"],
    ["https://printer.LOCAL/", "not public"],
    ["https://user:pass@example.com/", "name or password"],
    ["file:///etc/passwd", "no https address"],
    ["example.com", "no https address"],
  ])("%s is refused: %s", (address, why) => {
    expect(() => assertPublicUrl(address, unbound)).toThrow(why);
  });

  test("no address that is refused can be tried again", () => {
    expect(() => assertPublicUrl("https://10.0.0.1/", unbound)).toThrow(
      expect.objectContaining({ name: "ConnectorError", code: "PERMISSION", retryable: false }),
    );
  });

  test("a public https address passes without its fragment", () => {
    expect(assertPublicUrl("https://example.com/a?b#c", unbound).href).toBe("https://example.com/a?b");
  });

  test("what the operator names may be inner and plain http", () => {
    const trust: HostTrust = (host, port) => (host === "[::1]" && port === "8080" ? "named" : "unbound");
    expect(assertPublicUrl("http://[::1]:8080/", trust).host).toBe("[::1]:8080");
    expect(() => assertPublicUrl("http://[::1]:8081/", trust)).toThrow("not https");
  });

  test("where the operator has a list, a public host that it lacks is refused", () => {
    expect(() => assertPublicUrl("https://example.com/", () => "unnamed")).toThrow("allow.hosts");
  });

  test("an IPv4 address in any notation is judged as the address that it is", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffff }), fc.constantFrom("decimal", "hex", "octal"), (low, form) => {
        const address = 0x7f000000 + low;
        const host =
          form === "decimal" ? `${address}` : form === "hex" ? `0x${address.toString(16)}` : `0${address.toString(8)}`;
        expect(() => assertPublicUrl(`https://${host}/`, unbound)).toThrow("not public");
      }),
    );
  });
});

describe("a name is judged by what it resolves to", () => {
  const look = (addresses: string[], trust: HostTrust = unbound) =>
    new Promise<unknown>((done) => {
      const resolve = async () => addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
      guardedLookup(trust, "443", resolve)("a.example", { all: true }, (error, found) => done(error ?? found));
    });

  test("all its addresses have to be public", async () => {
    expect(await look(["8.8.8.8", "10.0.0.1"])).toMatchObject({ code: "PERMISSION" });
    expect(await look([])).toMatchObject({ code: "PERMISSION" });
    expect(await look(["8.8.8.8", "2606:4700::1"])).toEqual([
      { address: "8.8.8.8", family: 4 },
      { address: "2606:4700::1", family: 6 },
    ]);
  });

  test("a refusal does not tell the inner address", async () => {
    expect(String(await look(["10.9.8.7"]))).not.toContain("10.9.8.7");
  });

  test("a name that the operator names may lead inside", async () => {
    expect(await look(["10.0.0.1"], named)).toEqual([{ address: "10.0.0.1", family: 4 }]);
  });
});

describe("a guarded request", () => {
  test("goes to the address that was looked at, resolved once", async () => {
    const port = await serve((request, response) => response.end(request.headers.host));
    let resolved = 0;
    const resolve = async () => {
      resolved += 1;
      return [{ address: "127.0.0.1", family: 4 }];
    };
    const client = createGuardedClient({ trust: named, resolve });
    const answer = await client.send({ method: "GET", url: `http://a.example:${port}/` });
    expect([answer.status, answer.body, resolved]).toEqual([200, `a.example:${port}`, 1]);
    await client.close();
  });

  test("to a name that leads inside sends nothing", async () => {
    let requests = 0;
    const port = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const client = createGuardedClient({
      trust: unbound,
      resolve: async () => [{ address: "127.0.0.1", family: 4 }],
    });
    await expect(client.send({ method: "POST", url: `https://a.example:${port}/`, body: "x" })).rejects.toMatchObject({
      code: "PERMISSION",
      retryable: false,
    });
    expect(requests).toBe(0);
    await client.close();
  });

  test("does not follow a redirect", async () => {
    const port = await serve((request, response) => {
      if (request.url === "/") response.writeHead(307, { location: "/inner" }).end();
      else response.end("inner");
    });
    const client = createGuardedClient({ trust: named });
    const answer = await client.send({ method: "POST", url: `http://127.0.0.1:${port}/`, body: "x" });
    expect([answer.status, answer.headers.location]).toEqual([307, "/inner"]);
    await client.close();
  });

  test("reads 64 KiB of the answer and drops the rest", async () => {
    const port = await serve((_, response) => response.end("x".repeat(3 * ANSWER_BYTES)));
    const client = createGuardedClient({ trust: named });
    const answer = await client.send({ method: "GET", url: `http://127.0.0.1:${port}/` });
    expect([answer.body.length, answer.truncated]).toEqual([ANSWER_BYTES, true]);
    await client.close();
  });

  test("that gets no answer in time ends as TIMEOUT, its outcome unknown", async () => {
    const port = await serve(() => undefined);
    const client = createGuardedClient({ trust: named });
    await expect(client.send({ method: "GET", url: `http://127.0.0.1:${port}/`, timeout: 20 })).rejects.toMatchObject({
      code: "TIMEOUT",
      outcomeUnknown: true,
    });
    await client.close();
  });

  test.each(["a\r\nb: c", "a\0", "☃"])("with the header value %j is refused", async (value) => {
    const client = createGuardedClient({ trust: named });
    await expect(
      client.send({ method: "GET", url: "http://127.0.0.1:1/", headers: { "x-a": value } }),
    ).rejects.toMatchObject({ code: "VALIDATION" });
  });

  test.each(["Host", "content-length", "Transfer-Encoding", "Proxy-Authorization", "a b"])(
    "cannot set the header %s",
    async (name) => {
      const client = createGuardedClient({ trust: named });
      await expect(
        client.send({ method: "GET", url: "http://127.0.0.1:1/", headers: { [name]: "x" } }),
      ).rejects.toMatchObject({ code: "VALIDATION" });
    },
  );
});
