/**
 * A pull request that moves a credential to another host, adds a connector module or changes the operator's
 * configuration: nothing of it takes effect, and the plan says so.
 *
 * Two servers write down what they are sent: the one that the base names, and one that the head names.
 */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../../src/api/index.ts";
import { folderOf } from "../../support/cli.ts";
import { gitEnv, repositoryIn } from "../../support/git.ts";
import { recordingProxy } from "../../support/proxy.ts";
import { expectNowhere } from "../leaks.ts";
import { githubManifest, onGitHub } from "../stage.ts";
import { pullRequest, rooms, told } from "./stage.ts";

const SECRET = "s3cr3t/Tok+en_Value=0123456789abcdef";
const repositories = "    repositories:\n      - { name: api }\n";
const manifest = githubManifest(repositories);

/** A pull request against GitHub, with a second place that a head may name. */
async function onTwoHosts(base: Readonly<Record<string, string>> = {}) {
  const stage = await onGitHub({ ".gitignore": ".plumbline\n", "acme.yaml": manifest, ...base });
  const elsewhere = await recordingProxy(stage.github.url);
  const { git, commit, write } = repositoryIn(stage.folder);
  git("init", "--quiet", "--initial-branch=main");
  commit();
  git("switch", "--quiet", "--create", "change");
  const env = { ...gitEnv, ELSEWHERE: elsewhere.url, OTHER_TOKEN: SECRET };
  const plan = async (flags = ""): Promise<{ code: number; plan: Plan; text: string }> => {
    const line = `plan --base main -o json ${flags}`.trim();
    const { code, stdout, stderr } = await stage.run(line, { env });
    if (stdout === "") throw new Error(stderr);
    const text = (await stage.run(`plan --base main ${flags}`.trim(), { env })).stdout;
    expectNowhere({ stdout, stderr, text }, SECRET);
    return { code, plan: JSON.parse(stdout) as Plan, text };
  };
  return { ...stage, git, commit, write, elsewhere, plan, env };
}

describe("an Integration whose way to its system is another one in the head", () => {
  test.each<{ name: string; head: Record<string, string | null>; says: string }>([
    {
      name: "another host",
      head: { "acme.yaml": manifest.replace("BASE_URL", "ELSEWHERE") },
      says: "spec.connection differs from main",
    },
    {
      name: "another host in a manifest in another file",
      head: { "acme.yaml": null, "other/acme.yml": manifest.replace("BASE_URL", "ELSEWHERE") },
      says: "spec.connection differs from main",
    },
    {
      name: "another credential",
      head: { "acme.yaml": manifest.replace("{ env: TOKEN }", "{ env: OTHER_TOKEN }") },
      says: "spec.credentials differs from main",
    },
    {
      name: "no host where there was one",
      head: { "acme.yaml": manifest.replace(", baseUrl: { env: BASE_URL }", "") },
      says: "spec.connection differs from main",
    },
    {
      name: "another platform",
      head: {
        "acme.yaml": manifest
          .replace("platform: github", "platform: slack")
          .replace("organization: acme, ", "")
          .replace(repositories, "    channels: []\n"),
      },
      says: "spec.platform and spec.connection differ from main",
    },
    {
      name: "a name that the base does not have",
      head: { "acme.yaml": manifest.replace("name: acme", "name: acme2") },
      says: "main has no Integration of this name",
    },
    {
      name: "a namespace that the base does not have",
      head: { "acme.yaml": manifest.replace("name: acme", "name: acme, namespace: team-a") },
      says: "main has no Integration of this name",
    },
  ])("is not asked: $name", async ({ head, says }) => {
    const { commit, plan, proxy, elsewhere } = await onTwoHosts();
    commit(head);
    const { code, plan: document, text } = await plan();
    const [part] = document.integrations;
    expect(part).toMatchObject({ view: "offline", system: null, requests: { read: 0 } });
    expect(part?.error).toEqual({ code: "UntrustedConnection", message: expect.stringContaining(says) });
    expect({ code, asked: [...proxy.requests, ...elsewhere.requests] }).toEqual({ code: 1, asked: [] });
    expect(text).toContain("× UntrustedConnection: ");
  });

  test("shows what its manifests tell, comes first in the text, and lets the others be planned", async () => {
    const other = manifest.replace("name: acme }", "name: second }").replace(repositories, "    repositories: []\n");
    const { commit, plan, proxy, elsewhere } = await onTwoHosts({ "a.yaml": other });
    commit({ "acme.yaml": manifest.replace("BASE_URL", "ELSEWHERE").replace("name: api", "name: web") });
    const { code, plan: document, text } = await plan();
    expect(document.integrations.map(({ name, view, error }) => [name, view, error?.code])).toEqual([
      ["second", undefined, undefined],
      ["acme", "offline", "UntrustedConnection"],
    ]);
    expect(told(document)).toEqual(["create repositories/web change", "archive repositories/api change"]);
    expect(text.indexOf("\nacme ")).toBeLessThan(text.indexOf("\nsecond "));
    expect({ code, elsewhere: elsewhere.requests }).toEqual({ code: 1, elsewhere: [] });
    expect(proxy.requests.length).toBeGreaterThan(0);
  });

  test("is asked with --trust-head", async () => {
    const { commit, plan, elsewhere } = await onTwoHosts();
    commit({ "acme.yaml": manifest.replace("BASE_URL", "ELSEWHERE") });
    const { code, plan: document } = await plan("--trust-head");
    expect({ code, error: document.integrations[0]?.error }).toEqual({ code: 0, error: null });
    expect(elsewhere.requests.length).toBeGreaterThan(0);
  });

  test("is asked while only resources, policy or its file differ", async () => {
    const { commit, plan } = await onTwoHosts();
    const policy = manifest.replace("policy: { prune: true }", "policy: { prune: false, mode: Observe }");
    commit({ "acme.yaml": null, "moved.yaml": `# moved\n${policy.replace("name: api", "name: web")}` });
    const { plan: document } = await plan();
    expect(document.integrations).toMatchObject([{ name: "acme", error: null, system: expect.any(String) }]);
    expect(document.integrations[0]?.view).toBe(undefined);
  });

  test("is named in the offline view too", async () => {
    const { commit, plan, proxy } = await onTwoHosts();
    commit({ "acme.yaml": manifest.replace("BASE_URL", "ELSEWHERE") });
    const { plan: document } = await plan("--offline");
    expect(document.base?.notices).toMatchObject([{ code: "ConnectionDiffers" }]);
    expect(proxy.requests).toEqual([]);
  });

  test("is held against the tip of the base: a branch may start where a connection was still another", async () => {
    const { git, commit, plan, proxy, elsewhere } = await onTwoHosts({
      "acme.yaml": manifest.replace("BASE_URL", "ELSEWHERE"),
    });
    git("switch", "--quiet", "main");
    commit({ "acme.yaml": manifest });
    git("switch", "--quiet", "change");
    commit({ "readme.txt": "" });
    const { plan: document } = await plan();
    expect(document.integrations[0]?.error).toMatchObject({ code: "UntrustedConnection" });
    expect([...proxy.requests, ...elsewhere.requests]).toEqual([]);
  });
});

describe("a credential from a file", () => {
  const fromFile = manifest.replace("{ env: TOKEN }", "{ file: secrets/token }");

  test.each<{ name: string; change(folder: string): void }>([
    { name: "with another content", change: (folder) => writeFileSync(join(folder, "secrets/token"), "other") },
    {
      name: "that is a link to another file",
      change(folder) {
        writeFileSync(join(folder, "real"), SECRET);
        mkdirSync(join(folder, "secrets2"), { recursive: true });
        symlinkSync("../real", join(folder, "secrets2/token"));
      },
    },
  ])("of the repository $name is not read", async ({ name, change }) => {
    const text = name.includes("link") ? fromFile.replace("secrets/", "secrets2/") : fromFile;
    const { commit, folder, plan, proxy } = await onTwoHosts({ "acme.yaml": text, "secrets/token": "s" });
    change(folder);
    commit();
    const { plan: document } = await plan();
    expect(document.integrations[0]?.error?.message).toContain("of its credentials differs from main");
    expect(proxy.requests).toEqual([]);
  });

  test("that nobody committed is the operator's own", async () => {
    const { folder, github, plan, commit } = await onTwoHosts({
      "acme.yaml": fromFile,
      ".gitignore": "secrets\n.plumbline\n",
    });
    mkdirSync(join(folder, "secrets"));
    writeFileSync(join(folder, "secrets/token"), github.token);
    commit({ "readme.txt": "" });
    expect((await plan()).code).toBe(0);
  });
});

describe("plumbline.config.yaml", () => {
  const allow = (env: string) => `allow: { env: [${env}] }\n`;

  test.each<{ name: string; base: Record<string, string>; head: Record<string, string | null> }>([
    {
      name: "that allows more",
      base: { "plumbline.config.yaml": allow("TOKEN, BASE_URL") },
      head: { "plumbline.config.yaml": allow("TOKEN, BASE_URL, OTHER_TOKEN") },
    },
    {
      name: "that is gone",
      base: { "plumbline.config.yaml": allow("TOKEN, BASE_URL") },
      head: { "plumbline.config.yaml": null },
    },
  ])("$name: what the base's does not allow is not read, and it is said", async ({ base, head }) => {
    const { commit, plan, folder } = await onTwoHosts(base);
    const hook =
      "        webhooks: [{ url: 'https://ci.example.com', events: [push], secret: { env: OTHER_TOKEN } }]\n";
    commit({ ...head, "acme.yaml": githubManifest(`    repositories:\n      - name: api\n${hook}`) });
    const { plan: document, text, code } = await plan();
    expect(document.base?.notices?.map((notice) => notice.code)).toEqual(["ConfigurationDiffers"]);
    expect(document.integrations[0]?.error).toEqual({
      code: "UntrustedConnection",
      message: expect.stringContaining(
        'plumbline.config.yaml of main does not allow manifests to read the environment variable "OTHER_TOKEN"',
      ),
    });
    expect(text).toContain("! ConfigurationDiffers: plumbline.config.yaml");
    expect(code).toBe(1);
    expect(existsSync(join(folder, ".plumbline"))).toBe(false);
  });

  test("that is new in a folder nearer to the manifests does not hold", async () => {
    const { commit, plan } = await onTwoHosts();
    commit({ "plumbline.config.yaml": allow("TOKEN, BASE_URL") });
    const { plan: document, code } = await plan();
    expect(document.base?.notices).toMatchObject([
      { code: "ConfigurationDiffers", message: expect.stringContaining("is new") },
    ]);
    expect(code).toBe(0);
  });
});

describe("what else a head could bring", () => {
  test("a manifest that is a link out of the repository is not read", async () => {
    const outside = folderOf({ "secret.yaml": "token: plumbline.dev/s3cr3t" });
    const pr = pullRequest({ "acme.yaml": rooms("{ name: a }") });
    symlinkSync(join(outside, "secret.yaml"), join(pr.folder, "link.yaml"));
    pr.commit();
    const { code, stdout, stderr } = await pr.run("plan --base main");
    expect(stderr).toContain("link.yaml is a link that leads out of the repository");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test("a state, or a key that others know, is not used", async () => {
    const pr = pullRequest({ "acme.yaml": rooms("{ name: a }") });
    pr.git("rm", "--quiet", "--force", ".gitignore");
    pr.change({ ".plumbline/key": "k".repeat(43) });
    const { code, stderr } = await pr.run("plan --base main");
    expect(stderr).toContain(".plumbline/key differs from the base");
    expect(code).toBe(1);
    expect(pr.fake.reads).toEqual([]);
  });

  test("files that look like a bare repository do not steer Git", async () => {
    const pr = pullRequest({ "deploy/acme.yaml": rooms("{ name: a }") });
    pr.change({
      "deploy/HEAD": "ref: refs/heads/main\n",
      "deploy/objects/keep": "",
      "deploy/refs/keep": "",
      "deploy/config":
        '[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = "touch pwned; false"\n\tpager = "touch pwned"\n',
    });
    const { code } = await pr.run("plan --base main", { cwd: join(pr.folder, "deploy") });
    expect({
      code,
      pwned: existsSync(join(pr.folder, "pwned")) || existsSync(join(pr.folder, "deploy/pwned")),
    }).toEqual({
      ...{ code: 0, pwned: false },
    });
  });
});
