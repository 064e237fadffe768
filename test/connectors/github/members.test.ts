/** GitHub's organisation members: invitations, and who is an owner. */
import { describe, expect, test } from "vitest";
import type { Key } from "../../../src/api/index.ts";
import { type GitHub, startGitHub } from "../../support/github.ts";
import { create, type Stage, thingsOf } from "../stage.ts";
import { githubStaging, members } from "./organization.ts";

const { withSystem } = githubStaging();

async function onAcme(run: (stage: Stage, system: GitHub) => Promise<void>): Promise<void> {
  const system = await startGitHub({ members: ["ada"], outsiders: ["eve"] });
  await withSystem(system, (stage) => run(stage, system));
}

async function lookFor(stage: Stage, keys: readonly Key[]) {
  const request = { parents: [], keys, fields: new Set(["username", "role"]) };
  return stage.session.guardErrors(() => Array.fromAsync(members.list(stage.session.reader, request)));
}

describe("reading", () => {
  test("takes a page a role, and asks for invitations only where somebody is missing", async () => {
    await onAcme(async (stage) => {
      const found = await lookFor(stage, [["Ada"], ["PLUMBLINE-BOT"]]);
      expect(found).toMatchObject([
        { spec: { username: "plumbline-bot", role: "admin" } },
        { spec: { username: "ada", role: "member" } },
      ]);
      expect(stage.requests.map(({ path, query }) => [path, query.role])).toEqual([
        ["/orgs/acme/members", "admin"],
        ["/orgs/acme/members", "member"],
      ]);
    });
  });

  test("somebody invited is in with the role that waits, under the same id as later", async () => {
    await onAcme(async (stage, system) => {
      const { id } = await create(stage, members, { username: "Eve", role: "admin" });
      const pending = await lookFor(stage, [["eve"]]);
      expect(pending.at(-1)).toMatchObject({ id, spec: { username: "eve", role: "admin", state: "pending" } });
      const { body } = await system.api("GET", "/users/eve");
      expect(String((body as { id: number }).id)).toBe(id);
    });
  });
});

test.each([
  { spec: { role: "admin", state: "active" }, owner: true },
  { spec: { role: "admin", state: "pending" }, owner: false },
  { spec: { role: "member", state: "active" }, owner: false },
])("$spec.state $spec.role counts as an owner: $owner", ({ spec, owner }) => {
  expect(members.owner?.(spec)).toBe(owner);
});

test("an invitation is taken back like a membership", async () => {
  await onAcme(async (stage, system) => {
    await create(stage, members, { username: "eve" });
    const eve = (await thingsOf(stage, members)).find(({ spec }) => spec.username === "eve");
    expect(eve?.spec.role).toBe("member");
    if (eve) await stage.session.guardErrors(async () => members.remove?.(stage.session.writer, eve));
    expect((await system.api("GET", "/orgs/acme/invitations")).body).toEqual([]);
  });
});
