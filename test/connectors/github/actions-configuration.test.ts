/** Variables and secrets of GitHub Actions: names in upper case, values that are sealed, keys that are asked for once. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import type { ObservedParent } from "../../../src/connector-kit/index.ts";
import { type GitHub, startGitHub } from "../../support/github.ts";
import { create, failureOf, kindOf, type Scripted, type Stage, thingsOf, update } from "../stage.ts";
import { github, githubStaging, parent } from "./organization.ts";

const { withSystem, withAnswers } = githubStaging();
const api = parent("api");
const production: ObservedParent = { id: "9", key: ["api", "a/b"], spec: { name: "a/b" }, parent: api };

async function withSettings(run: (stage: Stage, system: GitHub) => Promise<void>): Promise<void> {
  const system = await startGitHub({ repositories: [{ name: "api" }, { name: "shop" }] });
  await system.api("PUT", "/repos/acme/api/environments/a%2Fb", {});
  await withSystem(system, (stage) => run(stage, system));
}

const scopes = [
  { of: "a repository", scope: "repositories", above: api, address: "/repos/acme/api/actions", environment: undefined },
  {
    of: "an environment",
    scope: "environments",
    above: production,
    address: "/repos/acme/api/environments/a%2Fb",
    environment: "a/b",
  },
];

describe.each(scopes)("of $of", ({ scope, above, address, environment }) => {
  const variables = kindOf(github, `${scope}.variables`);
  const secrets = kindOf(github, `${scope}.secrets`);

  test("a variable's name is kept in upper case, and is one in any", async () => {
    await withSettings(async (stage) => {
      await create(stage, variables, { name: "region", value: "eu" }, above);
      expect((await thingsOf(stage, variables, [above])).map(({ spec }) => spec)).toEqual([
        { name: "REGION", value: "eu" },
      ]);
      expect(variables.normalize?.({ name: "Region" })).toEqual({ name: "REGION" });
      expect(variables.normalizeKey?.("Region")).toBe("REGION");
      const failure = await failureOf(create(stage, variables, { name: "Region", value: "us" }, above));
      expect(failure).toMatchObject({ code: "CONFLICT", status: 409 });
      expect(stage.writes().map(({ path }) => path)).toEqual(Array(2).fill(`${address}/variables`));
    });
  });

  test("a variable is renamed in place with its value", async () => {
    await withSettings(async (stage) => {
      await create(stage, variables, { name: "REGION", value: "eu" }, above);
      const [one] = await thingsOf(stage, variables, [above]);
      if (!one) throw new Error("There is no variable.");
      await update(stage, variables, one, { name: "AWS_REGION" });
      expect((await thingsOf(stage, variables, [above])).map(({ spec }) => spec)).toEqual([
        { name: "AWS_REGION", value: "eu" },
      ]);
    });
  });

  test.each(["hunter2", "", "päss wörd 🔑\n", "x".repeat(48_000)])(
    "the secret %.10j arrives as it is and never travels open",
    async (value) => {
      await withSettings(async (stage, system) => {
        await create(stage, secrets, { name: "deploy_token", value }, above);
        expect(system.secrets("api", environment)).toEqual({ DEPLOY_TOKEN: value });
        if (value !== "") expect(JSON.stringify(stage.requests)).not.toContain(value);
        expect((await thingsOf(stage, secrets, [above])).map(({ spec }) => spec)).toEqual([{ name: "DEPLOY_TOKEN" }]);
      });
    },
  );

  test("the key is asked for once, however many secrets are written at the same time", async () => {
    await withSettings(async (stage, system) => {
      const names = ["A", "B", "C", "D"];
      await Promise.all(names.map((name) => create(stage, secrets, { name, value: `value of ${name}` }, above)));
      const [first] = await thingsOf(stage, secrets, [above]);
      if (!first) throw new Error("There is no secret.");
      await update(stage, secrets, first, { value: "another" });
      expect(stage.sent().filter((line) => line.endsWith("/public-key"))).toEqual([
        `GET ${address}/secrets/public-key`,
      ]);
      expect(system.secrets("api", environment)).toMatchObject({ A: "another", D: "value of D" });
    });
  });
});

test("each repository's and environment's secrets are sealed with a key of its own", async () => {
  await withSettings(async (stage, system) => {
    const [environments] = await thingsOf(stage, kindOf(github, "environments"), [api]);
    const inner = { ...production, id: environments?.id ?? "" };
    await create(stage, kindOf(github, "repositories.secrets"), { name: "A", value: "1" }, api);
    await create(stage, kindOf(github, "environments.secrets"), { name: "A", value: "2" }, inner);
    await create(stage, kindOf(github, "repositories.secrets"), { name: "A", value: "3" }, parent("shop"));
    expect([system.secrets("api"), system.secrets("api", "a/b"), system.secrets("shop")]).toEqual([
      { A: "1" },
      { A: "2" },
      { A: "3" },
    ]);
    expect(stage.sent().filter((line) => line.endsWith("/public-key"))).toHaveLength(3);
  });
});

test("a key that could not be read is asked for again by the next secret", async () => {
  const key = { key_id: "7", key: Buffer.alloc(32, 9).toString("base64") };
  const answers: Scripted[] = [{ status: 403, body: {} }, { body: key }, { status: 201, body: {} }];
  await withAnswers(
    () => answers.shift() ?? { status: 500 },
    async (stage) => {
      const secrets = kindOf(github, "repositories.secrets");
      const failure = await failureOf(create(stage, secrets, { name: "A", value: "hunter2" }, api));
      expect(failure).toMatchObject({ code: "PERMISSION" });
      expect(String(failure)).not.toContain("hunter2");
      await create(stage, secrets, { name: "A", value: "hunter2" }, api);
      expect(stage.sent().slice(-1)).toEqual(["PUT /repos/acme/api/actions/secrets/A"]);
    },
  );
});

test("the library that seals is not loaded with the connector", () => {
  const code = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    await import(${JSON.stringify(join(import.meta.dirname, "../../../src/connectors/github/index.ts"))});
    console.log(JSON.stringify(loaded));`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded.filter((url) => url.endsWith("/github/seal.ts"))).toHaveLength(1);
  expect(loaded.filter((url) => url.includes("sodium"))).toEqual([]);
});

test("variables are read 30 a page, the most that GitHub gives", async () => {
  await withAnswers(
    () => ({ body: { total_count: 0, variables: [] } }),
    async (stage) => {
      await thingsOf(stage, kindOf(github, "repositories.variables"), [api]);
      expect(stage.requests.map(({ query }) => query)).toEqual([{ per_page: "30" }]);
    },
  );
});

test.each([
  { name: "REGION", fits: true },
  { name: "_r2", fits: true },
  { name: "GITHUBBER", fits: true },
  { name: "2ND", fits: false },
  { name: "GITHUB_TOKEN", fits: false },
  { name: "github_token", fits: false },
  { name: "a-b", fits: false },
  { name: "a b", fits: false },
])("the name $name fits: $fits", ({ name, fits }) => {
  const validate = new Ajv({ strict: false }).compile(kindOf(github, "repositories.variables").schema);
  expect(validate({ name, value: "x" })).toBe(fits);
});

test("a value that YAML reads as a number does not fit", () => {
  const validate = new Ajv({ strict: false }).compile(kindOf(github, "repositories.variables").schema);
  expect(validate({ name: "REPLICAS", value: 3 })).toBe(false);
});
