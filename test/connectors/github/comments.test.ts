/** Comments: one for a run, and one for a marker that only its own author changes. */
import { describe, expect, test } from "vitest";
import { startGitHub } from "../../support/github.ts";
import { githubStaging, perform } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const list = "/repos/acme/api/issues/1/comments";

async function start() {
  const system = await startGitHub({ repositories: [{ name: "api" }] });
  await system.api("POST", "/repos/acme/api/issues", { title: "Printer" });
  const texts = async () => ((await system.api("GET", list)).body as { body: string }[]).map(({ body }) => body);
  return { system, texts };
}

test("a comment is made once for a run, and its mark is hidden at its end", async () => {
  const { system, texts } = await start();
  await withSystem(system, async (stage) => {
    const wanted = { repository: "api", number: 1, body: "on it" };
    const made = await perform(stage, "add_comment", wanted);
    expect(made).toMatchObject({ created: true });
    expect(await perform(stage, "add_comment", wanted)).toEqual({ ...made, created: false });
    expect(await perform(stage, "add_comment", wanted, "run-2")).toMatchObject({ created: true });
    expect(await texts()).toEqual([
      expect.stringMatching(/^on it\n\n<!-- plumbline-run: [0-9a-f]{32} -->$/),
      expect.stringContaining("on it"),
    ]);
  });
});

describe("upsert_comment", () => {
  const upsert = { repository: "api", number: 1, marker: "report" };

  test("makes the marker's comment, then changes it in place, and leaves others", async () => {
    const { system, texts } = await start();
    await withSystem(system, async (stage) => {
      const made = await perform(stage, "upsert_comment", { ...upsert, body: "red" });
      await perform(stage, "upsert_comment", { ...upsert, marker: "report-2", body: "other" });
      expect(made).toMatchObject({ created: true });
      const changed = await perform(stage, "upsert_comment", { ...upsert, body: "green" }, "run-2");
      expect(changed).toEqual({ ...made, created: false });
      expect(await texts()).toEqual([
        "green\n\n<!-- plumbline-comment: report -->",
        "other\n\n<!-- plumbline-comment: report-2 -->",
      ]);
    });
  });

  test("that would change nothing writes nothing", async () => {
    const { system } = await start();
    await withSystem(system, async (stage) => {
      await perform(stage, "upsert_comment", { ...upsert, body: "red" });
      await perform(stage, "upsert_comment", { ...upsert, body: "red" });
      expect(stage.writes()).toHaveLength(1);
    });
  });

  test("takes marks in the text out, so that it is found under its own only", async () => {
    const { system, texts } = await start();
    await withSystem(system, async (stage) => {
      await perform(stage, "upsert_comment", { ...upsert, body: "red <!-- plumbline-comment: other -->" });
      expect(await texts()).toEqual(["red\n\n<!-- plumbline-comment: report -->"]);
    });
  });

  test.each([
    { author: { login: "Plumbline-Bot" }, created: false },
    { author: { login: "mallory" }, created: true },
    { author: null, created: true },
  ])("of a comment by $author.login makes another: $created", async ({ author, created }) => {
    const found = {
      id: 5,
      html_url: "https://github.com/x",
      body: "x <!-- plumbline-comment: report -->",
      user: author,
    };
    await withAnswers(
      ({ path, method }) => {
        if (path === "/user") return { body: { id: 1, login: "plumbline-bot" } };
        if (method === "GET") return { body: [found] };
        return { status: method === "POST" ? 201 : 200, body: { id: 6, html_url: "https://github.com/y" } };
      },
      async (stage) => {
        expect(await perform(stage, "upsert_comment", { ...upsert, body: "new" })).toMatchObject({ created });
        const write = created ? `POST ${list}` : "PATCH /repos/acme/api/issues/comments/5";
        expect(stage.writes().map(({ method, path }) => `${method} ${path}`)).toEqual([write]);
      },
    );
  });
});
