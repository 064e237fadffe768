/** Where a request goes is kept from one request to the next, and only where it is the same. */
import { expect, test } from "vitest";
import { interceptNetwork, nock } from "../../support/intercept.ts";
import { failure } from "../failures.ts";
import { BASE, opened } from "../http-fixture.ts";

interceptNetwork();

test("a query, a fragment or another path of one request is not another's", async () => {
  nock(BASE).persist().get(/./).reply(200, []);
  const { reader } = await opened();
  const asked: string[] = [];
  for (const path of ["/a", "/a#x", "/b", "/a"]) {
    asked.push((await reader.get(path)).url, (await reader.get(path, { query: { n: 1 } })).url);
  }
  const urls = ["/a", "/a?n=1", "/a", "/a?n=1", "/b", "/b?n=1", "/a", "/a?n=1"];
  expect(asked).toEqual(urls.map((path) => BASE + path));
});

test("an address that was asked without a credential is refused with one, each time", async () => {
  nock("https://elsewhere.test").persist().get("/x").reply(200, []);
  const { reader } = await opened();
  await reader.get("https://elsewhere.test/x", { authorize: false });
  for (let turn = 0; turn < 2; turn++) {
    expect((await failure(reader.get("https://elsewhere.test/x"))).code).toBe("UNSUPPORTED");
  }
});
