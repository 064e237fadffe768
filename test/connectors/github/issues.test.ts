/** Issues: one for a run however often it is tried, and no pull request among them. */
import { describe, expect, test } from "vitest";
import { startGitHub } from "../../support/github.ts";
import { failureOf, type Scripted } from "../stage.ts";
import { githubStaging, perform } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const start = () => startGitHub({ repositories: [{ name: "api" }], members: ["ada"] });
const raw = (number: number, more: object = {}) => ({
  number,
  html_url: `https://github.com/acme/api/issues/${number}`,
  title: "Printer",
  body: "",
  state: "open",
  labels: [],
  assignees: [],
  ...more,
});

describe("create_issue", () => {
  test("makes the issue with all that is stated, and answers it without its mark", async () => {
    const system = await start();
    await withSystem(system, async (stage) => {
      const wanted = { title: "Printer", body: "on fire", labels: ["bug"], assignees: ["ada"] };
      const made = await perform(stage, "create_issue", { repository: "api", ...wanted });
      expect(made).toMatchObject({ ...wanted, number: 1, state: "open", created: true, is_pull_request: false });
      const { body } = await system.api("GET", "/repos/acme/api/issues/1");
      expect((body as { body: string }).body).toMatch(/^on fire\n\n<!-- plumbline-run: [0-9a-f]{32} -->$/);
    });
  });

  test("tried again by the same run finds its issue, closed too; another run makes another", async () => {
    const system = await start();
    await withSystem(system, async (stage) => {
      const wanted = { repository: "api", title: "Printer" };
      await perform(stage, "create_issue", wanted, "--> run");
      await system.api("PATCH", "/repos/acme/api/issues/1", { state: "closed" });
      const again = await perform(stage, "create_issue", wanted, "--> run");
      expect(again).toMatchObject({ number: 1, created: false, state: "closed" });
      expect(await perform(stage, "create_issue", wanted, "run-2")).toMatchObject({ number: 2, created: true });
      expect(stage.writes()).toHaveLength(2);
    });
  });

  test("takes no pull request for its issue", async () => {
    let sent = "";
    await withAnswers(
      ({ method, body }) => {
        if (method === "GET") return { body: sent === "" ? [] : [raw(7, { body: sent, pull_request: {} })] };
        sent = (body as { body: string }).body;
        return { status: 201, body: raw(8) };
      },
      async (stage) => {
        const wanted = { repository: "other/api", title: "Printer" };
        await perform(stage, "create_issue", wanted);
        expect(await perform(stage, "create_issue", wanted)).toMatchObject({ number: 8, created: true });
        expect(new Set(stage.requests.map(({ path }) => path))).toEqual(new Set(["/repos/other/api/issues"]));
      },
    );
  });

  test("looks through the 300 newest and no more", async () => {
    const page = Array.from({ length: 100 }, (_, index) => raw(index + 1));
    await withAnswers(
      ({ method, url }) => {
        if (method === "POST") return { status: 201, body: raw(1000) };
        const next = new URL(url);
        next.searchParams.set("page", String(Number(url.searchParams.get("page") ?? 1) + 1));
        return { headers: { link: `<${next}>; rel="next"` }, body: page };
      },
      async (stage) => {
        await perform(stage, "create_issue", { repository: "api", title: "Printer" });
        expect(stage.requests.map(({ method, query }) => [method, query.page])).toEqual([
          ["GET", undefined],
          ["GET", "2"],
          ["GET", "3"],
          ["POST", undefined],
        ]);
        expect(stage.requests[0]?.query).toMatchObject({ state: "all", sort: "created", direction: "desc" });
      },
    );
  });

  test("whose answer is lost is not sent again by itself", async () => {
    await withAnswers(
      ({ method }): Scripted => (method === "GET" ? { body: [] } : { status: 502, body: "" }),
      async (stage) => {
        const failure = await failureOf(perform(stage, "create_issue", { repository: "api", title: "x" }));
        expect(failure).toMatchObject({ code: "UNAVAILABLE", outcomeUnknown: true });
        expect(stage.writes()).toHaveLength(1);
      },
    );
  });
});

describe("an issue that is there", () => {
  test("is changed where stated and nowhere else, closed, shown, and labelled", async () => {
    const system = await start();
    await withSystem(system, async (stage) => {
      const one = { repository: "api", number: 1 };
      await system.api("POST", "/repos/acme/api/issues", { title: "Printer", body: "on fire", labels: ["bug"] });
      expect(await perform(stage, "update_issue", { ...one, title: "Scanner" })).toMatchObject({
        title: "Scanner",
        body: "on fire",
        labels: ["bug"],
      });
      expect((await perform(stage, "add_labels", { ...one, labels: ["urgent"] })).labels).toEqual(["bug", "urgent"]);
      await perform(stage, "close_issue", one);
      expect(await perform(stage, "get_issue", one)).toMatchObject({ state: "closed", state_reason: "completed" });
      await perform(stage, "close_issue", { ...one, state_reason: "not_planned" });
      expect(await perform(stage, "get_issue", one)).toMatchObject({ state_reason: "not_planned" });
      expect(await perform(stage, "update_issue", { ...one, state: "open", labels: [] })).toMatchObject({
        state: "open",
        labels: [],
      });
    });
  });

  test("is sent again when the answer to a change was lost", async () => {
    const answers: Scripted[] = [{ status: 502, body: "" }, { body: raw(1, { body: null, pull_request: {} }) }];
    await withAnswers(
      () => answers.shift() as Scripted,
      async (stage) => {
        const changed = await perform(stage, "update_issue", { repository: "api", number: 1, title: "x" });
        expect(changed).toMatchObject({ body: "", is_pull_request: true });
        expect(stage.writes()).toHaveLength(2);
      },
    );
  });

  test("that is not there is NOT_FOUND", async () => {
    await withSystem(await start(), async (stage) => {
      const failure = await failureOf(perform(stage, "get_issue", { repository: "api", number: 9 }));
      expect(failure).toMatchObject({ code: "NOT_FOUND" });
      expect(String(failure)).toContain("acme/api#9");
    });
  });
});

describe("search_issues", () => {
  test("finds the issues of one repository, and no pull request", async () => {
    const system = await start();
    await withSystem(system, async (stage) => {
      await system.api("POST", "/repos/acme/api/issues", { title: "Printer on fire" });
      await system.api("POST", "/repos/acme/api/issues", { title: "Scanner" });
      await system.api("POST", "/repos/acme/api/pulls", { title: "Printer fix", head: "fix", base: "main" });
      const found = await perform(stage, "search_issues", { repository: "api", query: "printer" });
      expect(found).toMatchObject({ total: 1, incomplete: false, issues: [{ title: "Printer on fire" }] });
    });
  });

  test("asks for the account where no repository is named, and reads no page beyond the limit", async () => {
    const next = '<https://api.github.com/search/issues?q=x&page=2>; rel="next"';
    const page = { total_count: 5, incomplete_results: true, items: [raw(1), raw(2)] };
    await withAnswers(
      () => ({ headers: { link: next }, body: page }),
      async (stage) => {
        const found = await perform(stage, "search_issues", { limit: 2 });
        expect(found).toMatchObject({ total: 5, incomplete: true, issues: [{ number: 1 }, { number: 2 }] });
        expect(stage.requests.map(({ query }) => query)).toEqual([{ q: "org:acme is:issue", per_page: "2" }]);
      },
    );
  });
});
