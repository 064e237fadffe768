import { expect, test } from "vitest";
import { gitAddress, showAddress } from "../../../src/store/git/address.ts";

const plain = { ref: "refs/plumbline/state", remote: "origin", lease: 180_000 };

test.each([
  { rest: "refs/plumbline/state", address: plain },
  { rest: "refs/plumbline/prod.eu_1", address: { ...plain, ref: "refs/plumbline/prod.eu_1" } },
  { rest: "refs/plumbline/state?remote=upstream", address: { ...plain, remote: "upstream" } },
  { rest: "refs/plumbline/state?lease=90s&remote=a/b", address: { ...plain, remote: "a/b", lease: 90_000 } },
  { rest: "refs/plumbline/state?lease=60m", address: { ...plain, lease: 3_600_000 } },
])("git:$rest is read", ({ rest, address }) => {
  expect(gitAddress(rest)).toEqual(address);
});

test.each([
  { rest: "", says: /names no ref.*git:refs\/plumbline\/state/ },
  { rest: "refs/state", says: /names no ref/ },
  { rest: "plumbline/state", says: /names no ref/ },
  { rest: "refs/plumbline/", says: /names no ref/ },
  { rest: "refs/plumbline/a..b", says: /names no ref/ },
  { rest: "refs/plumbline/-x", says: /names no ref/ },
  { rest: "refs/plumbline/a.lock", says: /names no ref/ },
  { rest: "refs/plumbline/a b", says: /names no ref/ },
  { rest: "refs/plumbline/a:refs/heads/main", says: /names no ref/ },
  { rest: "refs/plumbline/a?remote=b?c", says: /names no ref/ },
  { rest: "refs/heads/main", says: /branches, tags/ },
  { rest: "refs/tags/v1", says: /branches, tags/ },
  { rest: "refs/plumbline/a?remote=https://ada:hunter2@host/x.git", says: /names no remote/ },
  { rest: "refs/plumbline/a?remote=--upload-pack=x", says: /names no remote/ },
  { rest: "refs/plumbline/a?lease=0s", says: /from 1s to 60m/ },
  { rest: "refs/plumbline/a?lease=61m", says: /from 1s to 60m/ },
  { rest: "refs/plumbline/a?lease=3", says: /from 1s to 60m/ },
  { rest: "refs/plumbline/a?token=hunter2", says: /an option that git: does not know/ },
])("git:$rest is refused, and repeats no secret", ({ rest, says }) => {
  const refused = () => gitAddress(rest);
  expect(refused).toThrow(says);
  expect(refused).not.toThrow("hunter2");
});

test("an address is shown without what holds anyway", () => {
  expect(showAddress(plain)).toBe("git:refs/plumbline/state");
  expect(showAddress({ ...plain, remote: "upstream" })).toBe("git:refs/plumbline/state?remote=upstream");
});
