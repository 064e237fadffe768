/** Planted secrets: in no output of any command, at its most talkative, and in no file that one leaves behind. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifest, place } from "../cli/fixture.ts";
import { cli, folderOf } from "../support/cli.ts";
import { contentOf } from "./files.ts";
import { expectNowhere } from "./leaks.ts";
import { githubManifest, onGitHub } from "./stage.ts";

const SECRET = "s3cr3t/Tok+en_Value=0123456789abcdef";

describe("a planted secret is in no output and no file:", () => {
  const everything = [
    ...["validate -o json", "plan -o json", "plan -o yaml", "drift", "plan --out plan.json", "show plan.json"],
    ...["test acme", "test acme -o json", "apply plan.json --auto-approve", "apply --auto-approve -o json"],
    ...["get", "get -o json", "forget acme --auto-approve"],
  ].map((line) => `${line} --log-level debug`);

  const two = (text: string) =>
    githubManifest(`    repositories:
      - name: api
        labels: [{ name: bug, color: "d73a4a", description: ${JSON.stringify(text)} }]
      - name: web
        labels: [{ name: bug, color: "d73a4a" }]
`);

  test.each<{ name: string; answer(token: string): unknown; status: number; at: RegExp }>([
    {
      name: "a refusal that repeats the header",
      status: 403,
      at: /^GET .*api\/labels$/,
      answer: (token) => ({ message: `Refused: authorization: Bearer ${token}` }),
    },
    {
      name: "a failure in plain text",
      status: 500,
      at: /^GET .*api\/labels$/,
      answer: (token) => `Error at Bearer ${token}\n  at x`,
    },
    {
      name: "an answer to the test",
      status: 401,
      at: /^GET \/user$/,
      answer: (token) => ({ message: "Bad credentials", token }),
    },
    {
      name: "a refused write",
      status: 422,
      at: /^POST .*\/labels$/,
      answer: (token) => ({
        message: "Validation Failed",
        errors: [{ message: `Basic ${Buffer.from(`x:${token}`).toString("base64")}` }],
      }),
    },
    {
      name: "a field of a thing",
      status: 200,
      at: /^GET .*api\/labels$/,
      answer: (token) => [{ id: 7, name: "bug", color: "000000", description: `see ${token}` }],
    },
    {
      name: "a name of a thing",
      status: 200,
      at: /^GET .*api\/labels$/,
      answer: (token) => [
        { id: 7, name: token.toLowerCase(), color: "000000", description: "" },
        { id: 8, name: token, color: "000000", description: "" },
      ],
    },
  ])("$name", async ({ status, at, answer }) => {
    const repositories = [{ name: "api" }, { name: "web" }];
    const stage = await onGitHub({ "acme.yaml": two("something") }, { repositories });
    const { token } = stage.github;
    stage.proxy.intercept(({ method, path }) =>
      at.test(`${method} ${path}`) ? { status, body: answer(token) } : "pass",
    );
    const texts: Record<string, string> = {};
    for (const line of everything) {
      const { stdout, stderr } = await stage.run(line);
      texts[line] = stdout + stderr;
      for (const [file, content] of Object.entries(contentOf(stage.folder))) texts[`${line}: ${file}`] = content;
    }
    expectNowhere(texts, token);
  });

  test("a write-only field, in the state, the plan and what is said", async () => {
    const files = {
      "acme.yaml": manifest("    rooms:\n      - { name: incidents, token: { env: ROOM_TOKEN } }\n"),
    };
    const here = place(files);
    const texts: Record<string, string> = {};
    for (const [round, secret] of [SECRET, `${SECRET}2`].entries()) {
      for (const line of everything) {
        const { stdout, stderr } = await here.run(line, { env: { ROOM_TOKEN: secret } });
        texts[`${round} ${line}`] = stdout + stderr;
      }
      for (const [file, content] of Object.entries(contentOf(here.folder))) texts[`${round} ${file}`] = content;
    }
    expect(here.fake.room("incidents")).toMatchObject({ token: `${SECRET}2` });
    expectNowhere(texts, SECRET);
  });

  test.each<{ name: string; text: string }>([
    {
      name: "in the place of a reference",
      text: githubManifest("    {}\n").replace("{ env: TOKEN }", JSON.stringify(SECRET)),
    },
    {
      name: "as the name of a variable",
      text: githubManifest("    {}\n").replace("env: TOKEN", `evn: ${JSON.stringify(SECRET)}`),
    },
    { name: "as a key", text: githubManifest("    {}\n").replace("{ env: TOKEN }", `{ ${JSON.stringify(SECRET)} }`) },
    {
      name: "beside a reference",
      text: githubManifest("    {}\n").replace("{ env: TOKEN }", `{ env: TOKEN, value: ${JSON.stringify(SECRET)} }`),
    },
    {
      name: "in YAML that is broken on its line",
      text: githubManifest("    {}\n").replace("{ env: TOKEN }", `"${SECRET}" x`),
    },
    {
      name: "in YAML that is broken on the next line",
      text: githubManifest("    {}\n").replace("{ env: TOKEN } }", `"${SECRET}" }\n\tx: 1`),
    },
    { name: "as an unquoted tag", text: githubManifest("    {}\n").replace("{ env: TOKEN }", `!${SECRET}`) },
    {
      name: "as an alias",
      text: githubManifest("    {}\n").replace("{ env: TOKEN }", `*${SECRET.replaceAll(/[^a-z0-9]/gi, "")}`),
    },
    {
      name: "in a comment beside a mistake",
      text: githubManifest("    {}\n").replace("{ env: TOKEN } }", `{ evn: TOKEN } } # was ${SECRET}`),
    },
    { name: "in a list", text: githubManifest("    {}\n").replace("{ env: TOKEN }", `[${JSON.stringify(SECRET)}]`) },
    {
      name: "in a block",
      text: githubManifest("    {}\n").replace("{ token: { env: TOKEN } }", `\n    token: |\n      ${SECRET}`),
    },
    {
      name: "twice",
      text: githubManifest("    {}\n").replace(
        "{ env: TOKEN }",
        `${JSON.stringify(SECRET)}, token: ${JSON.stringify(SECRET)}`,
      ),
    },
  ])("a manifest that holds it $name", async ({ text }) => {
    const cwd = folderOf({ "acme.yaml": text });
    const texts: Record<string, string> = {};
    for (const line of ["validate", "validate -o json", "plan --log-level debug", "apply --auto-approve", "get"]) {
      const { code, stdout, stderr } = await cli(line.split(" "), { cwd, terminal: 200 });
      if (line !== "get") expect(code, line).toBe(1);
      texts[line] = stdout + stderr;
    }
    expectNowhere(texts, SECRET);
    expectNowhere(texts, SECRET.replaceAll(/[^a-z0-9]/gi, ""));
  });

  test("a saved plan that somebody put it into by hand is refused without repeating it", async () => {
    const here = place();
    await here.run("plan --out plan.json");
    const path = join(here.folder, "plan.json");
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace('"platform": "fake"', `"platform": "fake", "token": "${SECRET}"`),
    );
    const texts: Record<string, string> = {};
    for (const line of ["show plan.json", "apply plan.json --auto-approve --log-level debug"]) {
      const { code, stdout, stderr } = await here.run(line);
      expect(code).toBe(1);
      texts[line] = stdout + stderr;
    }
    expectNowhere(texts, SECRET);
  });
});
