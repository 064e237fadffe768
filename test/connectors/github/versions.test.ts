/** Answers of the API's versions 2022-11-28 and 2026-03-10, which leaves fields out: both are read alike. */
import { expect, test } from "vitest";
import { create, type Scripted, thingsOf } from "../stage.ts";
import { githubStaging, perform, repositories, teams } from "./organization.ts";

const { withAnswers } = githubStaging();

const issue = {
  number: 7,
  title: "Fire",
  body: null,
  state: "open",
  html_url: "https://github.com/acme/api/issues/7",
  labels: [],
  assignees: [{ login: "ada" }, { login: "bob" }],
  milestone: null,
  user: { login: "eve" },
};

const repository = { id: 1, name: "api", owner: { login: "acme" }, description: null, topics: [], archived: false };

test("the people of an issue are the list's, whether one of them is also named alone or not", async () => {
  const answers: Scripted[] = [{ body: { ...issue, assignee: { login: "ada" } } }, { body: issue }];
  await withAnswers(
    () => answers.shift() as Scripted,
    async (stage) => {
      const older = await perform(stage, "get_issue", { repository: "api", number: 7 });
      expect(older).toMatchObject({ assignees: ["ada", "bob"] });
      expect(await perform(stage, "get_issue", { repository: "api", number: 7 })).toEqual(older);
    },
  );
});

test("a repository reads the same with and without the settings that the later version lacks", async () => {
  const gone = { has_downloads: true, use_squash_pr_title_as_default: false };
  const answers: Scripted[] = [{ body: [{ ...repository, ...gone }] }, { body: [repository] }];
  await withAnswers(
    () => answers.shift() as Scripted,
    async (stage) => {
      const [older] = await thingsOf(stage, repositories);
      const [later] = await thingsOf(stage, repositories);
      expect(older?.spec).toEqual(later?.spec);
    },
  );
});

test("a team is made without `permission`, which the later version refuses", async () => {
  await withAnswers(
    () => ({ status: 201, body: { id: 1, name: "core", slug: "core", parent: null } }),
    async (stage) => {
      await create(stage, teams, { name: "core", privacy: "closed" });
      expect(stage.writes().map(({ body }) => body)).toEqual([{ name: "core", privacy: "closed" }]);
    },
  );
});
