/** What an operator does not allow: a pull request's manifest takes no credential to a foreign host. */
import { describe, expect, test } from "vitest";
import { cli, folderOf } from "../support/cli.ts";
import { githubManifest, onGitHub } from "./stage.ts";

const SECRET = "s3cr3t/Tok+en_Value=0123456789abcdef";

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
