/** Where redirects lead, and what goes along. */
import { expect, test } from "vitest";
import { interceptNetwork, nock } from "../support/intercept.ts";
import { failure } from "./failures.ts";
import { BASE, opened, TOKEN } from "./http-fixture.ts";

interceptNetwork();

test.each([301, 302, 303, 307, 308])("a GET follows %i on the same origin with its credential", async (status) => {
  nock(BASE).get("/old").reply(status, "", { location: "/new?x=1" });
  nock(BASE, { reqheaders: { authorization: `Bearer ${TOKEN}` } })
    .get("/new")
    .query({ x: "1" })
    .reply(200, [1]);
  const { reader } = await opened();
  expect(await reader.get("/old")).toMatchObject({ body: [1], url: `${BASE}/new?x=1` });
});

test.each([301, 302, 307, 308])("a PATCH follows %i with its method and body", async (status) => {
  nock(BASE)
    .patch("/old")
    .reply(status, "", { location: `${BASE}/repositories/7` });
  nock(BASE).patch("/repositories/7", { a: 1 }).reply(200, { id: 7 });
  const { writer } = await opened();
  expect((await writer.patch("/old", { json: { a: 1 } })).body).toEqual({ id: 7 });
});

test("a POST does not follow 303, and its outcome is unknown", async () => {
  nock(BASE).post("/x").reply(303, "", { location: "/y" });
  const { writer } = await opened();
  expect((await failure(writer.post("/x"))).outcomeUnknown).toBe(true);
});

test.each(["https://evil.test/x", "http://api.acme.test/x", "https://api.acme.test:8443/x", "//evil.test/x"])(
  "nothing is sent to %s, another origin",
  async (location) => {
    nock(BASE).get("/old").reply(302, "", { location });
    const { reader, session } = await opened();
    const error = await failure(reader.get("/old"));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toContain("connection.baseUrl");
    expect(session.requests.read).toBe(1);
  },
);

test("an unauthorised GET may be led to another origin, without the credential", async () => {
  nock(BASE).get("/file").reply(302, "", { location: "https://blobs.test/f" });
  nock("https://blobs.test", { badheaders: ["authorization"] })
    .get("/f")
    .reply(200, "bytes");
  const { reader } = await opened();
  expect((await reader.get("/file", { authorize: false })).body).toBe("bytes");
});

test("redirects end after five", async () => {
  nock(BASE).get("/x").times(9).reply(302, "", { location: "/x" });
  const { reader, session } = await opened();
  expect((await failure(reader.get("/x"))).message).toContain("for ever");
  expect(session.requests.read).toBe(6);
});
