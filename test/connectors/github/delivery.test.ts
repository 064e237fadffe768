/** Pull requests, workflows, statuses and check runs. */
import { describe, expect, test } from "vitest";
import { startGitHub } from "../../support/github.ts";
import { type Asked, failureOf, type Scripted } from "../stage.ts";
import { githubStaging, perform } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const sha = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
const invalid = (message: string): Scripted => ({ status: 422, body: { message, errors: [] } });

describe("create_pull_request", () => {
  const wanted = { repository: "api", title: "Fix", head: "fix", base: "main", draft: true };

  test("makes a pull request", async () => {
    const system = await startGitHub({ repositories: [{ name: "api" }] });
    await withSystem(system, async (stage) => {
      const made = await perform(stage, "create_pull_request", { ...wanted, body: "Closes #1" });
      expect(made).toMatchObject({ number: 1, draft: true, created: true });
      const { body } = await system.api("GET", "/repos/acme/api/pulls/1");
      expect(body).toMatchObject({ title: "Fix", body: "Closes #1", head: { ref: "fix" }, base: { ref: "main" } });
    });
  });

  const taken: Scripted = {
    status: 422,
    body: {
      message: "Validation Failed",
      errors: [{ code: "custom", message: "A pull request already exists for acme:fix." }],
    },
  };
  test.each([
    { head: "fix", asked: "acme:fix" },
    { head: "ada:fix", asked: "ada:fix" },
  ])("of branches that have an open one answers that one: $head", async ({ head, asked }) => {
    await withAnswers(
      ({ method }) => (method === "POST" ? taken : { body: [{ number: 7, html_url: "https://github.com/x" }] }),
      async (stage) => {
        const answer = await perform(stage, "create_pull_request", { ...wanted, head });
        expect(answer).toEqual({ number: 7, html_url: "https://github.com/x", draft: false, created: false });
        expect(stage.requests.at(-1)?.query).toEqual({ state: "open", head: asked, base: "main" });
      },
    );
  });

  test("that GitHub refuses for another reason, or whose twin is not shown, is that refusal", async () => {
    for (const [refusal, code] of [
      [invalid("No commits between main and fix"), "VALIDATION"],
      [taken, "CONFLICT"],
    ] as const) {
      await withAnswers(
        ({ method }) => (method === "POST" ? refusal : { body: [] }),
        async (stage) => expect(await failureOf(perform(stage, "create_pull_request", wanted))).toMatchObject({ code }),
      );
    }
  });
});

describe("dispatch_workflow", () => {
  const wanted = { repository: "api", workflow: "deploy.yml", ref: "main", inputs: { environment: "staging" } };
  const run = { workflow_run_id: 7, run_url: "https://api.github.com/x", html_url: "https://github.com/x" };

  test.each<{ name: string; answer: Scripted; result: object }>([
    { name: "with the run", answer: { body: run }, result: { workflow_run_id: 7, html_url: "https://github.com/x" } },
    { name: "without a word", answer: { status: 204 }, result: {} },
  ])("takes an answer $name", async ({ answer, result }) => {
    await withAnswers(
      () => answer,
      async (stage) => {
        expect(await perform(stage, "dispatch_workflow", wanted)).toEqual(result);
        expect(stage.sent()).toEqual(["POST /repos/acme/api/actions/workflows/deploy.yml/dispatches"]);
        expect(stage.requests[0]?.body).toEqual({ ref: "main", inputs: wanted.inputs, return_run_details: true });
      },
    );
  });

  test("asks a server that does not know the question without it", async () => {
    const answers = [invalid('Invalid request.\n\n"return_run_details" is not a permitted key.'), { status: 204 }];
    await withAnswers(
      () => answers.shift() as Scripted,
      async (stage) => {
        expect(await perform(stage, "dispatch_workflow", wanted)).toEqual({});
        expect(stage.requests.at(-1)?.body).toEqual({ ref: "main", inputs: wanted.inputs });
      },
    );
  });

  test.each([
    { answer: invalid("Workflow does not have 'workflow_dispatch' trigger"), code: "VALIDATION" },
    { answer: { status: 502, body: "" }, code: "UNAVAILABLE" },
  ])("is sent once when the answer is $code", async ({ answer, code }) => {
    await withAnswers(
      () => answer,
      async (stage) => {
        expect(await failureOf(perform(stage, "dispatch_workflow", wanted))).toMatchObject({ code });
        expect(stage.requests).toHaveLength(1);
      },
    );
  });
});

test("create_repository_dispatch sends the event and its data", async () => {
  await withAnswers(
    () => ({ status: 204 }),
    async (stage) => {
      const event = { event_type: "deployed", client_payload: { version: "1.2.3" } };
      expect(await perform(stage, "create_repository_dispatch", { repository: "api", ...event })).toEqual({
        event_type: "deployed",
      });
      expect(stage.requests.map(({ path, body }) => [path, body])).toEqual([["/repos/acme/api/dispatches", event]]);
    },
  );
});

test("create_commit_status is sent again when its answer was lost", async () => {
  const answers: Scripted[] = [
    { status: 502, body: "" },
    { status: 201, body: { id: 3, state: "success", context: "default" } },
  ];
  await withAnswers(
    () => answers.shift() as Scripted,
    async (stage) => {
      const status = { state: "success", description: "Built", target_url: "https://ci.example.com/7" };
      expect(await perform(stage, "create_commit_status", { repository: "api", sha, ...status })).toEqual({
        id: 3,
        state: "success",
        context: "default",
      });
      expect(stage.requests.map(({ body }) => body)).toEqual([status, status]);
    },
  );
});

describe("create_check_run", () => {
  const output = { title: "12 passed", summary: "All **12** passed." };
  const wanted = { repository: "api", name: "unit tests", head_sha: sha, conclusion: "success", output };

  /** Keeps what it was sent. */
  function checks(): (request: Asked) => Scripted {
    const kept: object[] = [];
    return ({ method, body }) => {
      if (method === "GET") return { body: { total_count: kept.length, check_runs: kept } };
      const made = { ...(body as object), id: kept.length + 1, html_url: null };
      kept.push(made);
      return { status: 201, body: made };
    };
  }

  test("with a conclusion has ended, and is made once for a run", async () => {
    await withAnswers(checks(), async (stage) => {
      expect(await perform(stage, "create_check_run", wanted)).toEqual({ id: 1, created: true });
      expect(await perform(stage, "create_check_run", wanted)).toEqual({ id: 1, created: false });
      expect(await perform(stage, "create_check_run", wanted, "run-2")).toEqual({ id: 2, created: true });
      expect(stage.writes()[0]?.body).toMatchObject({ status: "completed", conclusion: "success", output });
      expect(stage.requests[0]?.query).toMatchObject({ check_name: "unit tests", filter: "all" });
    });
  });

  test("with a conclusion and a status is refused before anything is sent", async () => {
    await withAnswers(checks(), async (stage) => {
      const failure = await failureOf(perform(stage, "create_check_run", { ...wanted, status: "queued" }));
      expect(failure).toMatchObject({ code: "VALIDATION" });
      expect(stage.requests).toEqual([]);
    });
  });

  test("that is completed without a conclusion is refused before anything is sent", async () => {
    await withAnswers(checks(), async (stage) => {
      const { conclusion: _, ...open } = wanted;
      for (const [name, given] of [
        ["create_check_run", open],
        ["update_check_run", { repository: "api", check_run_id: 4 }],
      ] as const) {
        const failure = await failureOf(perform(stage, name, { ...given, status: "completed" }));
        expect(failure).toMatchObject({ code: "VALIDATION" });
        expect(String(failure)).toContain("needs a `conclusion`");
      }
      expect(stage.requests).toEqual([]);
    });
  });

  test("with a token that is no App's is PERMISSION", async () => {
    await withAnswers(
      ({ method }): Scripted =>
        method === "GET"
          ? { body: { total_count: 0, check_runs: [] } }
          : { status: 403, body: { message: "You must authenticate via a GitHub App." } },
      async (stage) => {
        const failure = await failureOf(perform(stage, "create_check_run", wanted));
        expect(failure).toMatchObject({ code: "PERMISSION" });
        expect(String(failure)).toContain("via a GitHub App");
      },
    );
  });
});

describe("update_check_run", () => {
  const place = "/repos/acme/api/check-runs/4";
  const shown = { id: 4, html_url: "https://github.com/acme/api/runs/4", external_id: "of the run that made it" };

  test.each([
    { stated: { conclusion: "success" }, sent: { status: "completed", conclusion: "success" } },
    { stated: { status: "completed", conclusion: "failure" }, sent: { status: "completed", conclusion: "failure" } },
    { stated: { status: "in_progress" }, sent: { status: "in_progress" } },
    { stated: { output: { title: "1 of 2", summary: "" } }, sent: { output: { title: "1 of 2", summary: "" } } },
  ])("of $stated sends $sent and nothing else, again when the answer was lost", async ({ stated, sent }) => {
    const answers: Scripted[] = [{ status: 502, body: "" }, { body: shown }];
    await withAnswers(
      () => answers.shift() as Scripted,
      async (stage) => {
        const result = await perform(stage, "update_check_run", { repository: "api", check_run_id: 4, ...stated });
        expect(result).toEqual({ id: 4, html_url: "https://github.com/acme/api/runs/4" });
        expect(stage.requests.map(({ method, path, body }) => [method, path, body])).toEqual(
          Array(2).fill(["PATCH", place, sent]),
        );
      },
    );
  });

  test("with a conclusion and a status that is none is refused before anything is sent", async () => {
    await withAnswers(
      () => ({ body: shown }),
      async (stage) => {
        const wrong = { repository: "api", check_run_id: 4, status: "queued", conclusion: "success" };
        expect(await failureOf(perform(stage, "update_check_run", wrong))).toMatchObject({ code: "VALIDATION" });
        expect(stage.requests).toEqual([]);
      },
    );
  });

  test("has no annotations, which GitHub would add each time that it is sent", async () => {
    const output = { title: "t", summary: "s", annotations: [] };
    await withAnswers(
      () => ({ body: shown }),
      async (stage) => {
        const wrong = perform(stage, "update_check_run", { repository: "api", check_run_id: 4, output });
        expect(await failureOf(wrong)).not.toBe("no failure");
        expect(stage.requests).toEqual([]);
      },
    );
  });
});
