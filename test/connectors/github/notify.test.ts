/** Notifications in GitHub: an issue for each group, closed when all is over, or a comment. */
import { describe, expect, test } from "vitest";
import type { Notification, Notified, NotifyRun } from "../../../src/api/notification.ts";
import type { Spec } from "../../../src/connector-kit/index.ts";
import { startGitHub } from "../../support/github.ts";
import { plainNotification } from "../../support/notifications.ts";
import { failureOf, type Stage } from "../stage.ts";
import { github, githubStaging } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();

function notify(
  { session }: Stage,
  given: Partial<Notification>,
  target: Spec,
  run: NotifyRun = { key: "run-1" },
): Promise<Notified> {
  const notification = { ...plainNotification, ...given };
  return session.guardErrors(async () => github.notify?.(session.writer, notification, target, run) ?? {});
}

async function start() {
  const system = await startGitHub({ repositories: [{ name: "api" }] });
  const get = async (path: string) => (await system.api("GET", `/repos/acme/api${path}`)).body as Spec[] & Spec;
  return { system, get };
}

describe("an issue", () => {
  test("is made with the default labels and the notification's title", async () => {
    const { system, get } = await start();
    await withSystem(system, async (stage) => {
      expect(await notify(stage, {}, { repository: "api" })).toEqual({ reference: "acme/api#1" });
      const made = await get("/issues/1");
      expect(made).toMatchObject({ title: "Configuration Changed", state: "open" });
      expect(made.body).toMatch(/^\*\*warning\*\* · firing[\s\S]*<!-- plumbline-run: [0-9a-f]{32} -->$/);
      expect(stage.writes()[0]?.body).toMatchObject({ labels: ["configuration", "automated"], assignees: [] });
    });
  });

  test("has the route's labels, people and title, in the connection's default repository", async () => {
    const { system } = await start();
    await withSystem(
      system,
      async (stage) => {
        await notify(stage, {}, { labels: ["drift"], assignees: ["plumbline-bot"], title: "Drift" });
        expect(stage.writes()).toMatchObject([
          {
            path: "/repos/acme/api/issues",
            body: { labels: ["drift"], assignees: ["plumbline-bot"], title: "Drift" },
          },
        ]);
      },
      { connection: { organization: "acme", defaultRepository: "api" } },
    );
  });

  test("is written anew while it fires, told and closed when all is over, and opened again", async () => {
    const { system, get } = await start();
    await withSystem(system, async (stage) => {
      const { reference: previous = "" } = await notify(stage, {}, { repository: "api" });
      await notify(stage, { title: "Two changed" }, { repository: "api" }, { key: "run-2", previous });
      expect(await get("/issues/1")).toMatchObject({ title: "Two changed", state: "open" });

      const over = { key: "run-3", previous };
      await notify(stage, { title: "All well", status: "resolved" }, { repository: "api" }, over);
      await notify(stage, { title: "All well", status: "resolved" }, { repository: "api" }, over);
      expect(await get("/issues/1")).toMatchObject({ title: "Two changed", state: "closed" });
      expect((await get("/issues/1/comments")).map(({ body }) => body)).toEqual([
        expect.stringMatching(/^### All well\n\n\*\*warning\*\* · resolved/),
      ]);

      await notify(stage, { title: "Again" }, { repository: "api" }, { key: "run-4", previous });
      expect(await get("/issues/1")).toMatchObject({ title: "Again", state: "open" });
      expect(await get("/issues")).toHaveLength(1);
    });
  });

  test("is found by a run that is tried again, and made by another run", async () => {
    const { system, get } = await start();
    await withSystem(system, async (stage) => {
      const first = await notify(stage, {}, { repository: "api" });
      expect(await notify(stage, {}, { repository: "api" })).toEqual(first);
      expect(await get("/issues")).toHaveLength(1);
      expect(await notify(stage, {}, { repository: "api" }, { key: "run-2" })).not.toEqual(first);
    });
  });

  test("that is over before anybody was told is made closed", async () => {
    const { system, get } = await start();
    await withSystem(system, async (stage) => {
      await notify(stage, { status: "resolved" }, { repository: "api" });
      expect(await get("/issues/1")).toMatchObject({ state: "closed" });
    });
  });

  test.each([410, 404])("that answers %i is gone, so that another is made", async (status) => {
    await withAnswers(
      () => ({ status, body: { message: "This issue was deleted" } }),
      async (stage) => {
        for (const state of ["firing", "resolved"] as const) {
          const run = { key: "run-2", previous: "acme/api#1" };
          const failure = await failureOf(notify(stage, { status: state }, { repository: "api" }, run));
          expect(failure).toMatchObject({ code: "NOT_FOUND" });
        }
        expect(stage.requests.filter(({ method }) => method === "POST")).toEqual([]);
      },
    );
  });
});

describe("a comment", () => {
  test("is made once for a run, and written anew in place", async () => {
    const { system, get } = await start();
    await system.api("POST", "/repos/acme/api/issues", { title: "Printer" });
    const target = { repository: "api", issue: 1 };
    await withSystem(system, async (stage) => {
      const { reference: previous = "" } = await notify(stage, {}, target);
      expect(previous).toMatch(/^acme\/api#1\/\d+$/);
      expect(await notify(stage, {}, target)).toEqual({ reference: previous });
      await notify(stage, { title: "Well again", status: "resolved" }, target, { key: "run-2", previous });
      expect((await get("/issues/1/comments")).map(({ body }) => body)).toEqual([
        expect.stringMatching(/^### Well again\n/),
      ]);
      expect(await get("/issues/1")).toMatchObject({ state: "open" });
    });
  });

  test.each(["acme/api#1", "acme/other#1/5", "acme/api#2/5", "acme/api#1/x"])(
    "in place of %s, which is another place's, is made anew",
    async (previous) => {
      await withAnswers(
        () => ({ body: {} }),
        async (stage) => {
          const run = { key: "run-2", previous };
          const failure = await failureOf(notify(stage, {}, { repository: "api", issue: 1 }, run));
          expect(failure).toMatchObject({ code: "NOT_FOUND" });
          expect(stage.requests).toEqual([]);
        },
      );
    },
  );
});

test("without a repository it is refused before it is sent", async () => {
  await withAnswers(
    () => ({ body: {} }),
    async (stage) => {
      const failure = await failureOf(notify(stage, {}, {}));
      expect(failure).toMatchObject({ code: "VALIDATION", message: expect.stringContaining("defaultRepository") });
      expect(stage.requests).toEqual([]);
    },
  );
});
