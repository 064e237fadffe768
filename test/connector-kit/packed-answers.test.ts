import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { interceptNetwork, nock } from "../support/intercept.ts";
import { failure } from "./failures.ts";
import { BASE, opened } from "./http-fixture.ts";

interceptNetwork();

const json = { "content-type": "application/json" };

describe("an answer that comes compressed", () => {
  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("is asked for and unpacked: %s", async (encoding, pack) => {
    nock(BASE)
      .get("/a")
      .matchHeader("accept-encoding", /\bgzip\b.*\bbr\b/)
      .reply(200, pack('{"name":"é"}'), { ...json, "content-encoding": encoding });
    const { reader } = await opened({});
    expect((await reader.get("/a")).body).toEqual({ name: "é" });
  });

  test("is unpacked for a failure too, whose message is the platform's", async () => {
    const body = gzipSync('{"message":"No such label"}');
    nock(BASE)
      .get("/a")
      .reply(404, body, { ...json, "content-encoding": "gzip" });
    const { reader } = await opened({});
    expect((await failure(reader.get("/a"))).message).toContain("No such label");
  });

  test("of a HEAD has no body to unpack", async () => {
    nock(BASE).head("/a").reply(200, "", { "content-encoding": "gzip", etag: '"1"' });
    const { reader } = await opened({});
    expect((await reader.head("/a")).status).toBe(200);
  });

  test("that unpacks to more than is read is refused before it is whole", async () => {
    const body = gzipSync(Buffer.alloc(8 * 1024 * 1024, " "));
    nock(BASE)
      .get("/a")
      .reply(200, body, { ...json, "content-encoding": "gzip" });
    const { reader } = await opened({});
    const error = await failure(reader.get("/a", { maxBytes: 1024 * 1024 }));
    expect(error.message).toContain("larger than 1048576 bytes");
  });
});
