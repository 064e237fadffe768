/** GitHub's milestones: days without times, closed ones, and numbers that outlive titles. */
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { startGitHub } from "../../support/github.ts";
import { create, failureOf, kindOf, thingsOf, update } from "../stage.ts";
import { github, githubStaging, parent } from "./organization.ts";

const { withSystem } = githubStaging();
const milestones = kindOf(github, "milestones");
const api = parent("api");
const list = "/repos/acme/api/milestones";
const start = () => startGitHub({ repositories: [{ name: "api" }] });

test.each([
  { stated: "2027-01-31", kept: "2027-01-31T08:00:00Z" },
  { stated: "2027-07-01", kept: "2027-07-01T07:00:00Z" },
  { stated: "2027-07-01T00:00:00Z", kept: "2027-07-01T07:00:00Z" },
  { stated: "2027-12-31T23:59:59Z", kept: "2027-12-31T08:00:00Z" },
])("due on $stated is that day to GitHub, which keeps $kept", async ({ stated, kept }) => {
  const system = await start();
  await withSystem(system, async (stage) => {
    await create(stage, milestones, { title: "1.0", due_on: stated }, api);
    expect((await system.api("GET", list)).body).toMatchObject([{ due_on: kept }]);
    const [found] = await thingsOf(stage, milestones, [api]);
    const normalized = milestones.normalize?.(found?.spec ?? {});
    expect(normalized?.due_on).toBe(milestones.normalize?.({ due_on: stated }).due_on);
  });
});

test("closed milestones are read too, in one request a page", async () => {
  const system = await start();
  await withSystem(system, async (stage) => {
    await create(stage, milestones, { title: "1.0", state: "closed" }, api);
    await create(stage, milestones, { title: "2.0" }, api);
    const before = stage.requests.length;
    const specs = (await thingsOf(stage, milestones, [api])).map(({ spec }) => [spec.title, spec.state]);
    expect(specs.sort()).toEqual([
      ["1.0", "closed"],
      ["2.0", "open"],
    ]);
    expect(stage.requests.slice(before).map(({ query }) => query)).toEqual([{ state: "all", per_page: "100" }]);
  });
});

test("no day is sent as nothing when one is made, and as null when a day is taken away", async () => {
  const system = await start();
  await withSystem(
    system,
    async (stage) => {
      await create(stage, milestones, { title: "1.0", due_on: "" }, api);
      expect(stage.writes().map(({ body }) => body)).toEqual([{ title: "1.0" }]);
      await create(stage, milestones, { title: "2.0", due_on: "2027-01-31" }, api);
      const second = (await thingsOf(stage, milestones, [api])).find(({ spec }) => spec.title === "2.0");
      if (!second) throw new Error("There is no milestone.");
      await update(stage, milestones, second, { due_on: "" });
      expect(stage.writes().at(-1)?.body).toEqual({ due_on: null });
      expect((await thingsOf(stage, milestones, [api])).map(({ spec }) => spec.due_on)).toEqual(["", ""]);
    },
    { undescribed: /\/milestones\/2$/ }, // the description does not know that null clears
  );
});

test("a new title is written in place, and a title that is taken is CONFLICT", async () => {
  const system = await start();
  await withSystem(system, async (stage) => {
    await create(stage, milestones, { title: "1.0" }, api);
    const [one] = await thingsOf(stage, milestones, [api]);
    if (!one) throw new Error("There is no milestone.");
    await update(stage, milestones, one, { title: "1.0 / final" });
    expect(stage.writes().at(-1)).toMatchObject({ method: "PATCH", path: `${list}/1`, body: { title: "1.0 / final" } });
    const failure = await failureOf(create(stage, milestones, { title: "1.0 / final" }, api));
    expect(failure).toMatchObject({ code: "CONFLICT", platformCode: "already_exists" });
  });
});

test.each([
  { due_on: "2027-01-31", fits: true },
  { due_on: "", fits: true },
  { due_on: "31.01.2027", fits: false },
  { due_on: "2027-13-01", fits: false },
  { due_on: null, fits: false },
])("the day $due_on fits: $fits", ({ due_on, fits }) => {
  const validate = new Ajv({ strict: false }).compile(milestones.schema);
  expect(validate({ title: "1.0", due_on })).toBe(fits);
});
