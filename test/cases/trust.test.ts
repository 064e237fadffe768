/**
 * What nobody may do by way of a pull request or a connector of their own: write while planning, take a
 * credential elsewhere, or bring a secret to light.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifest, place } from "../cli/fixture.ts";
import { type CliResult, cli, folderOf, program } from "../support/cli.ts";
import { contentOf } from "./files.ts";
import { notesManifest, ownConnector, startNotes } from "./own-platform.ts";
import { githubManifest, onGitHub } from "./stage.ts";

const SECRET = "s3cr3t/Tok+en_Value=0123456789abcdef";

/** A folder with the connector, and the built program in it. */
async function withOwn(connection: string) {
  const server = await startNotes();
  const folder = folderOf({
    "plumbline.config.yaml": "connectors: [./connector.js]\n",
    "connector.js": ownConnector,
    "package.json": '{ "type": "module" }',
    "acme.yaml": notesManifest(connection),
  });
  const run = (line: string, env: Record<string, string> = {}): Promise<CliResult> =>
    program(line.split(" "), { cwd: folder, env: { TOKEN: SECRET, BASE_URL: server.url, ...env } });
  const loaded = (): boolean => {
    const was = existsSync(join(folder, "loaded"));
    rmSync(join(folder, "loaded"), { force: true });
    return was;
  };
  return { server, folder, run, loaded };
}

const base = "baseUrl: { env: BASE_URL }";

describe("a connector of one's own, through the built program", () => {
  test("plans, applies, is quiet then, and is tested, like one that Plumbline brings along", async () => {
    const { server, run } = await withOwn(base);
    const plan = await run("plan --detailed-exitcode");
    expect({ code: plan.code, changed: server.changed() }).toEqual({ code: 2, changed: false });
    expect(plan.stdout).toContain("+ notes/first");
    expect(await run("apply --auto-approve")).toMatchObject({ code: 0 });
    expect([...server.notes]).toEqual([["first", "declared"]]);
    expect(await run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
    expect((await run("test acme")).stdout).toContain("n1");
    expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${SECRET}`)).toBe(true);
  });

  test("runs no code for validate, get, show and schema, and validate says what went unchecked", async () => {
    const { run, loaded, server } = await withOwn(`${base}, nonsense: 1`);
    const { code, stderr } = await run("validate");
    expect(stderr).toContain("Connection, credentials and resources of notes were not checked");
    expect(stderr).toContain("--load-connectors");
    expect(code).toBe(0);
    for (const line of ["get", "schema plan", "forget acme --auto-approve", "--version", "validate --help"])
      await run(line);
    expect(loaded()).toBe(false);
    const checked = await run("validate --load-connectors");
    expect(checked.stderr).toContain('Unknown field "nonsense"');
    expect(checked.code).toBe(1);
    expect(loaded()).toBe(true);
    expect(server.requests).toEqual([]);
  });
});

describe("a connector that tries to write with its reader fails, and nothing is written:", () => {
  test.each([
    ...["put", "delete", "patch", "post", "dots", "encoded", "below", "writer", "stash", "prototype"],
    ...["mutation", "hiddenMutation", "subscription", "rawGraphql", "elsewhere", "elsewherePost"],
  ])("%s", async (attempt) => {
    const other = await startNotes();
    const { server, run } = await withOwn(`${base}, other: { env: OTHER }, attempt: ${attempt}`);
    const { code, stdout } = await run("plan", { OTHER: other.url });
    expect(stdout).toMatch(/× notes could not be read: UNSUPPORTED: /);
    expect(stdout).not.toContain("+ notes/");
    expect(code).toBe(1);
    expect({ changed: server.changed(), notes: [...server.notes], elsewhere: other.requests }).toEqual({
      ...{ changed: false, notes: [], elsewhere: [] },
    });
  });

  test("neither does apply: what could not be read is not written to", async () => {
    const { server, run } = await withOwn(`${base}, attempt: writer`);
    expect((await run("apply --auto-approve")).code).toBe(1);
    expect({ changed: server.changed(), notes: [...server.notes] }).toEqual({ changed: false, notes: [] });
  });

  test("a method among a GET's options changes nothing: it stays a GET", async () => {
    const { server, run } = await withOwn(`${base}, attempt: method`);
    await run("plan");
    expect(server.changed()).toBe(false);
  });
});

describe("a redirect to another origin", () => {
  test.each([301, 302, 307, 308])("with %i takes no credential along", async (status) => {
    const other = await startNotes();
    const { server, run } = await withOwn(base);
    for (const path of ["/me", "/search", "/notes"]) {
      server.redirect({ path, status, location: `${other.url}${path}` });
      await run("plan");
      await run("apply --auto-approve");
    }
    expect(other.requests.filter(({ headers }) => JSON.stringify(headers).includes(SECRET))).toEqual([]);
    expect(other.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  test("within the same origin keeps it", async () => {
    const { server, run } = await withOwn(base);
    server.redirect({ path: "/me", status: 302, location: "/me?again=1" });
    await run("plan");
    server.redirect({ path: "/moved", status: 302, location: "/me" });
    expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${SECRET}`)).toBe(true);
  });
});

describe("what the operator does not allow", () => {
  const foreign = (credential: string, connection: string): string =>
    githubManifest("    repositories: []\n")
      .replace("{ env: TOKEN }", credential)
      .replace("baseUrl: { env: BASE_URL }", connection);
  const commands = ["validate", "plan", "drift", "apply --auto-approve", "test acme"];

  test.each<{ name: string; allow: string; text: string; at: string; says: string }>([
    {
      name: "a variable in the credentials",
      allow: "env: [GITHUB_*]",
      text: foreign("{ env: CI_TOKEN }", "baseUrl: https://evil.example.com"),
      at: "acme.yaml:7:32",
      says: 'does not allow manifests to read the environment variable "CI_TOKEN"',
    },
    {
      name: "a variable as an address",
      allow: "env: [TOKEN]",
      text: foreign("{ env: TOKEN }", "baseUrl: { env: CI_TOKEN }"),
      at: "acme.yaml:6:47",
      says: 'the environment variable "CI_TOKEN"',
    },
    {
      name: "a variable in a name that goes into addresses",
      allow: "env: [TOKEN]",
      text: foreign("{ env: TOKEN }", "baseUrl: https://github.example.com").replace(
        "organization: acme",
        "organization: { env: CI_TOKEN }",
      ),
      at: "acme.yaml:6:31",
      says: 'the environment variable "CI_TOKEN"',
    },
    {
      name: "every variable, by an empty list",
      allow: "env: []",
      text: foreign("{ env: GITHUB_TOKEN }", "baseUrl: https://github.example.com"),
      at: "acme.yaml:7:32",
      says: 'the environment variable "GITHUB_TOKEN"',
    },
    {
      name: "a foreign host",
      allow: 'hosts: ["*.acme.example"]',
      text: foreign("{ env: CI_TOKEN }", "baseUrl: https://evil.example.com"),
      at: "acme.yaml:6:47",
      says: 'does not allow connections to the host "evil.example.com"',
    },
    {
      name: "a host that ends alike",
      allow: 'hosts: ["*.acme.example", github.com]',
      text: foreign("{ env: CI_TOKEN }", "baseUrl: https://evilgithub.com"),
      at: "acme.yaml:6:47",
      says: 'the host "evilgithub.com"',
    },
    {
      name: "a host that hides behind a user name",
      allow: "hosts: [github.com]",
      text: foreign("{ env: CI_TOKEN }", "baseUrl: https://github.com@evil.example.com"),
      at: "acme.yaml:6:47",
      says: 'the host "evil.example.com"',
    },
    {
      name: "the platform's own host",
      allow: "hosts: [github.example.com]",
      text: foreign("{ env: CI_TOKEN }", "").replace("organization: acme, ", "organization: acme "),
      at: "acme.yaml:5:13",
      says: 'the host "api.github.com"',
    },
    {
      name: "a file",
      allow: "files: [secrets/*]",
      text: foreign("{ file: /etc/passwd }", "baseUrl: https://evil.example.com"),
      at: "acme.yaml:7:33",
      says: 'does not allow manifests to read the file "/etc/passwd"',
    },
    {
      name: "a file by way of an allowed folder",
      allow: "files: [secrets/*]",
      text: foreign("{ file: secrets/../plumbline.config.yaml }", "baseUrl: https://evil.example.com"),
      at: "acme.yaml:7:33",
      says: 'the file "secrets/../plumbline.config.yaml"',
    },
  ])("$name is refused with its line, by every command, and nobody is asked", async ({ allow, text, at, says }) => {
    const cwd = folderOf({ "plumbline.config.yaml": `allow:\n  ${allow}\n`, "acme.yaml": text });
    const env = { CI_TOKEN: SECRET, TOKEN: SECRET, GITHUB_TOKEN: SECRET };
    for (const line of commands) {
      const { code, stdout, stderr } = await cli(line.split(" "), { cwd, env });
      expect(stderr, line).toContain(says);
      expect(stderr, line).toMatch(new RegExp(`^${at.slice(0, at.lastIndexOf(":"))}:`, "m"));
      expect(stdout + stderr).not.toContain(SECRET);
      expect({ code, stdout }, line).toEqual({ code: 1, stdout: "" });
    }
  });

  test.each<{ allow: string; works: boolean }>([
    { allow: "env: [TOKEN, BASE_URL]", works: true },
    { allow: "files: []", works: true },
    { allow: 'hosts: ["127.0.0.1"]', works: true },
    { allow: 'env: ["*"], files: ["**"], hosts: ["*"]', works: true },
    { allow: 'hosts: ["127.0.0.2"]', works: false },
    { allow: 'hosts: ["127.0.0.1:9"]', works: false },
  ])("{ $allow } binds nothing but its own: works $works", async ({ allow, works }) => {
    const stage = await onGitHub({
      "plumbline.config.yaml": `allow: { ${allow} }\n`,
      "acme.yaml": githubManifest("    repositories: []\n"),
    });
    const { code, stdout } = await stage.run("plan");
    expect({ code, asked: stage.proxy.requests.length > 0 }).toEqual({ code: works ? 0 : 1, asked: works });
    // The address came from the environment, so that only the run could know it.
    if (!works) expect(stdout.replaceAll(/\s+/g, " ")).toContain("`allow.hosts` does not name the host");
  });

  test("a saved plan is bound by what is allowed when it is applied", async () => {
    const stage = await onGitHub({ "acme.yaml": githubManifest("    repositories:\n      - { name: api }\n") });
    expect((await stage.run("plan --out plan.json")).code).toBe(0);
    for (const allow of ["env: [OTHER]", 'hosts: ["127.0.0.2"]']) {
      stage.write("plumbline.config.yaml", `allow: { ${allow} }\n`);
      const before = stage.proxy.requests.length;
      const { code, stdout, stderr } = await stage.run("apply plan.json --auto-approve");
      expect(stdout + stderr).toMatch(/not allow|allow\.hosts/);
      expect({ code, asked: stage.proxy.requests.length - before }).toEqual({ code: 1, asked: 0 });
    }
    expect(await stage.github.repositoryNames()).toEqual([]);
  });
});

/** The forms in which a secret could leave. */
function formsOf(secret: string): string[] {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return [
    secret,
    base64(secret),
    base64(`x:${secret}`),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}

function expectNowhere(texts: Readonly<Record<string, string>>, secret: string): void {
  const found = Object.entries(texts).flatMap(([where, text]) =>
    formsOf(secret).flatMap((form, index) => (text.includes(form) ? [`${where} holds form ${index}`] : [])),
  );
  expect(found).toEqual([]);
}

describe("a planted secret is in no output and no file:", () => {
  const everything = [
    ...["validate", "validate -o json", "plan", "plan -o json", "plan -o yaml", "drift", "drift -o json"],
    ...["plan --out plan.json", "show plan.json", "show plan.json -o json", "show plan.json -o yaml"],
    ...["test acme", "test acme -o json", "apply plan.json --auto-approve", "apply --auto-approve"],
    ...["apply --auto-approve -o json", "get", "get -o json", "get -o yaml", "forget acme --auto-approve"],
  ].flatMap((line) => [line, `${line} --log-level debug`]);

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

  test.each(["secret", "secretError"])("an error that a connector made of it (%s)", async (attempt) => {
    const { run, folder } = await withOwn(`${base}, attempt: ${attempt}`);
    const texts: Record<string, string> = {};
    for (const line of [
      "plan",
      "plan -o json --log-level debug",
      "apply --auto-approve --log-level debug",
      "get -o json",
    ]) {
      const { stdout, stderr } = await run(line);
      texts[line] = stdout + stderr;
    }
    for (const [file, content] of Object.entries(contentOf(folder))) texts[file] = content;
    expect(texts.plan).toContain("could not be read");
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
