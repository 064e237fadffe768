/** How people are found: with few requests, and never the wrong ones. */
import { expect, test } from "vitest";
import type { Lookup } from "../../../src/connector-kit/index.ts";
import { startSlack } from "../../support/slack.ts";
import { type Asked, failureOf, type Scripted, type Stage } from "../stage.ts";
import { slack, slackStaging } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();
const users = slack.lookups?.users as Lookup;
const address = (index: number) => `p${index}@example.com`;
const addresses = (count: number) => Array.from({ length: count }, (_, index) => address(index));
const resolve = ({ session }: Stage, names: readonly string[]) =>
  session.guardErrors(() => users.resolve(session.reader, names));

const person = (index: number, fields: object = {}) => ({
  id: `U${index}`,
  profile: { email: address(index) },
  ...fields,
});

/** A workspace in which everybody is found; `pages` is what its list shows. */
const workspace =
  (pages: readonly (readonly unknown[])[] = []) =>
  ({ path, body }: Asked): Scripted => {
    const { email = "", cursor = "0" } = body as Record<string, string>;
    if (path === "/api/users.lookupByEmail") return { body: { ok: true, user: { id: `U-${email}` } } };
    const at = Number(cursor);
    const next = at + 1 < pages.length ? String(at + 1) : "";
    return { body: { ok: true, members: pages[at], response_metadata: { next_cursor: next } } };
  };

test("a few addresses are asked for one by one, each once", async () => {
  await withAnswers(workspace(), async (stage) => {
    const found = await resolve(stage, [...addresses(19), ...addresses(19)]);
    expect(found.size).toBe(19);
    expect(stage.sent()).toEqual(Array(19).fill("POST /api/users.lookupByEmail"));
  });
});

test("many addresses are looked for in the list, page by page, without regard to case", async () => {
  const people = Array.from({ length: 30 }, (_, index) => person(index));
  await withAnswers(workspace([people.slice(0, 10), [], people.slice(10)]), async (stage) => {
    const found = await resolve(stage, ["P7@Example.com", ...addresses(25), "nobody@example.com"]);
    expect(found.get("P7@Example.com")).toBe("U7");
    expect(found.get(address(24))).toBe("U24");
    expect(found.has("nobody@example.com")).toBe(false);
    expect(found.size).toBe(26);
    expect(stage.sent()).toEqual(Array(3).fill("POST /api/users.list"));
  });
});

test("who is unknown or deactivated is left out, whichever way is taken", async () => {
  const list = workspace([[person(0), person(1, { deleted: true })]]);
  const answer = (request: Asked): Scripted => {
    const { email } = request.body as Record<string, string>;
    if (email === address(1)) return { body: { ok: true, user: person(1, { deleted: true }) } };
    if (email === address(2)) return { body: { ok: false, error: "users_not_found" } };
    return list(request);
  };
  await withAnswers(answer, async (stage) => {
    expect([...(await resolve(stage, addresses(3)))]).toEqual([[address(0), `U-${address(0)}`]]);
    expect([...(await resolve(stage, addresses(25)))]).toEqual([[address(0), "U0"]]);
  });
});

test("ids are taken as they are, and cost nothing", async () => {
  await withAnswers(workspace(), async (stage) => {
    const found = await resolve(stage, ["U012AB3CD", "W012AB3CE"]);
    expect([...found]).toEqual([
      ["U012AB3CD", "U012AB3CD"],
      ["W012AB3CE", "W012AB3CE"],
    ]);
    expect(stage.requests).toEqual([]);
  });
});

test("a failure other than an unknown address is a failure", async () => {
  await withAnswers(
    () => ({ body: { ok: false, error: "missing_scope", needed: "users:read.email", provided: "users:read" } }),
    async (stage) => {
      expect(await failureOf(resolve(stage, [address(0)]))).toMatchObject({ code: "PERMISSION" });
    },
  );
});

test("a list that shows nobody's address is a missing scope, and nobody is taken for unknown", async () => {
  const silent = [person(0, { profile: {} }), { id: "USLACKBOT", profile: {} }];
  await withAnswers(workspace([silent]), async (stage) => {
    const failure = await failureOf(resolve(stage, addresses(25)));
    expect(failure).toMatchObject({ code: "PERMISSION" });
    expect(String(failure)).toContain("users:read.email");
  });
});

test("who asks for the list while it is read is given the same one, and later it is read anew", async () => {
  const people = Array.from({ length: 30 }, (_, index) => person(index));
  await withAnswers(workspace([people]), async (stage) => {
    const both = await Promise.all([resolve(stage, addresses(25)), resolve(stage, addresses(30))]);
    expect(both.map(({ size }) => size)).toEqual([25, 30]);
    expect(stage.sent()).toEqual(["POST /api/users.list"]);
    await resolve(stage, addresses(25));
    expect(stage.sent()).toHaveLength(2);
  });
});

test("import turns ids into addresses, where there are any", async () => {
  const system = await startSlack({ users: [{ name: "ada", email: "ada@example.com" }] });
  const ada = await system.userId("ada@example.com");
  await withSystem(system, async ({ session }) => {
    const names = await session.guardErrors(async () => users.names?.(session.reader, [ada, "UGONE"]));
    expect([...(names ?? [])]).toEqual([[ada, "ada@example.com"]]);
  });
});
