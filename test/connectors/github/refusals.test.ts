/** What GitHub refuses, and what that means: a mistake, something that exists already, or a missing permission. */
import { describe, expect, test } from "vitest";
import { failureOf, kindOf, listOf, type Scripted, update } from "../stage.ts";
import { github, githubStaging, labels, parent, rawLabels } from "./organization.ts";

const { withAnswers } = githubStaging();
const label = { id: "1", spec: { name: "bug" }, parent: parent("api") };

describe("a 422", () => {
  test.each([
    { error: { code: "already_exists", field: "name" }, code: "CONFLICT", says: "name: already_exists" },
    { error: { code: "custom", message: "Hook already exists on this repository" }, code: "CONFLICT", says: "Hook" },
    { error: { code: "custom", message: "No commits between a and b" }, code: "VALIDATION", says: "No commits" },
    { error: { code: "missing", field: "milestone" }, code: "VALIDATION", says: "milestone: missing" },
    { error: { code: "missing_field", field: "title" }, code: "VALIDATION", says: "title: missing_field" },
    { error: { code: "invalid", field: "color" }, code: "VALIDATION", says: "color: invalid" },
    { error: { code: "unprocessable", field: "state" }, code: "VALIDATION", says: "state: unprocessable" },
    { error: "Environment names are limited to 255 characters", code: "VALIDATION", says: "255 characters" },
  ])("with $error is $code and is not tried again", async ({ error, code, says }) => {
    const answer: Scripted = { status: 422, body: { message: "Validation Failed", errors: [error] } };
    await withAnswers(
      () => answer,
      async (stage) => {
        const failure = await failureOf(update(stage, labels, label, { color: "000000" }));
        expect(failure).toMatchObject({ code, retryable: false });
        expect(String(failure)).toContain(says);
        expect(stage.requests).toHaveLength(1);
      },
    );
  });
});

describe("what belongs to an organisation, with an App or a token that may not see it", () => {
  test.each(["teams", "members", "webhooks", "rulesets", "variables"])(
    "%s are a failed read that names the permission, never an empty list",
    async (kind) => {
      const body = { message: "Resource not accessible by integration" };
      await withAnswers(
        () => ({ status: 403, body }),
        async (stage) => {
          const failure = await failureOf(listOf(stage, kindOf(github, kind)));
          expect(failure).toMatchObject({ code: "PERMISSION", retryable: false });
          expect(String(failure)).toContain("Resource not accessible by integration");
        },
      );
    },
  );
});

test("a version of the API that has ended, 410, is a failed read in GitHub's words", async () => {
  await withAnswers(
    () => ({ status: 410, body: { message: "The API version 2022-11-28 is no longer supported." } }),
    async (stage) => {
      const failure = await failureOf(listOf(stage, kindOf(github, "teams")));
      expect(failure).toMatchObject({ name: "ConnectorError", retryable: false });
      expect(String(failure)).toContain("no longer supported");
    },
  );
});

test("nine hundred reads a minute are sent on github.com, and the next one waits", async () => {
  await withAnswers(
    () => ({ body: rawLabels(1, 1) }),
    async (stage) => {
      for (let count = 0; count < 900; count += 1) await listOf(stage, labels, [parent("api")]);
      expect(stage.clock.monotonic()).toBe(0);
      await listOf(stage, labels, [parent("api")]);
      expect(stage.clock.monotonic()).toBe(67);
    },
  );
});
