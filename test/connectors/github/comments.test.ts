/** Comments: one for a run, and one for a marker that only its own author changes. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { startGitHub } from "../../support/github.ts";
import { githubStaging, perform } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
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
  ])("of a comment by $author makes another: $created", async ({ author, created }) => {
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

  test.each([
    { slug: "plumbline", author: { login: "plumbline[bot]" }, app: null, created: false },
    { slug: "plumbline", author: { login: "other[bot]" }, app: { id: 12 }, created: true },
    { slug: undefined, author: { login: "plumbline[bot]" }, app: { id: 12 }, created: false },
    { slug: undefined, author: { login: "other[bot]" }, app: { id: 13 }, created: true },
    { slug: undefined, author: { login: "ada" }, app: { id: 12 }, created: true },
  ])("of an App ($slug), by $author.login and $app, makes another: $created", async (row) => {
    const { slug, author, app, created } = row;
    const text = "x <!-- plumbline-comment: report -->";
    const found = { id: 5, html_url: "https://github.com/x", body: text, user: author, performed_via_github_app: app };
    const installation = { id: 34, app_id: 12, app_slug: slug, account: { login: "acme" } };
    const answers: Readonly<Record<string, object>> = {
      "/app/installations/34/access_tokens": { token: "ghs_x", expires_at: "2100-01-01T00:00:00Z" },
      "/app/installations": [installation],
      "/installation/repositories": { repositories: [] },
    };
    await withAnswers(
      ({ path, method }) => {
        const answer = answers[path] ?? (method === "GET" ? [found] : { id: 6, html_url: "https://github.com/y" });
        return { status: method === "POST" ? 201 : 200, body: answer };
      },
      async (stage) => {
        expect(await perform(stage, "upsert_comment", { ...upsert, body: "new" })).toMatchObject({ created });
        await perform(stage, "upsert_comment", { ...upsert, body: "newer" });
        expect(stage.requests.filter(({ path }) => path === "/app/installations")).toHaveLength(1);
      },
      { credentials: { appId: "12", installationId: "34", privateKey } },
    );
  });
});
