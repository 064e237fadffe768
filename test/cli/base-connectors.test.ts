/** A pull request that brings a connector, or changes one: as the built program sees it, none of its code runs. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/api/index.ts";
import { expectNowhere } from "../cases/leaks.ts";
import { notesManifest, ownConnector, startNotes } from "../cases/own-platform.ts";
import { program } from "../support/cli.ts";
import { gitEnv, repositoryOf } from "../support/git.ts";

const SECRET = "s3cr3t/Tok+en_Value=0123456789abcdef";

const base = {
  ".gitignore": ".plumbline\nloaded\n",
  "plumbline.config.yaml": "connectors: [./connectors/notes.js]\n",
  "connectors/notes.js": ownConnector,
  "connectors/help.js": "export {};\n",
  "package.json": '{ "type": "module" }',
  "acme.yaml": notesManifest("baseUrl: { env: BASE_URL }"),
};
const changed = `${ownConnector}\n// changed\n`;
const changedManifest = base["acme.yaml"].replace("text: declared", "text: changed");

/** A head with these files beside the base's, and what `plan --base main` makes of it. */
async function planned(before: Record<string, string>, head: Record<string, string | null>, flags: string[] = []) {
  const server = await startNotes();
  const repository = repositoryOf(before);
  repository.git("switch", "--quiet", "--create", "change");
  repository.commit(head);
  const args = ["plan", "--base", "main", "-o", "json", ...flags];
  const env = { ...gitEnv, TOKEN: SECRET, BASE_URL: server.url };
  const { code, stdout, stderr } = await program(args, { cwd: repository.folder, env });
  expectNowhere({ stdout, stderr }, SECRET);
  const loaded = existsSync(join(repository.folder, "loaded"));
  rmSync(join(repository.folder, "loaded"), { force: true });
  const { integrations, base: from } = JSON.parse(stdout) as Plan;
  const [part] = integrations;
  const notices = from?.notices?.map((notice) => notice.code) ?? [];
  return { code, loaded, asked: server.requests.length > 0, error: part?.error?.code, changes: part?.changes, notices };
}

const heldBack = { code: 1, loaded: false, asked: false, changes: [] };

describe("plan --base with a connector of the repository", () => {
  test("loads it where neither it nor other code differs, and asks its system", async () => {
    const { changes, ...rest } = await planned(base, { "acme.yaml": changedManifest, "README.md": "new" });
    expect(rest).toEqual({ code: 0, loaded: true, asked: true, error: undefined, notices: [] });
    expect(changes).toMatchObject([{ action: "create", kind: "notes", key: "first" }]);
  });

  test.each<{ name: string; head: Record<string, string | null>; notice: string }>([
    { name: "it differs", head: { "connectors/notes.js": changed }, notice: "ConnectorsDiffer" },
    { name: "a file that it could import differs", head: { "connectors/help.js": "" }, notice: "ConnectorsDiffer" },
    { name: "a package that it could import is new", head: { "node_modules/p/x.txt": "" }, notice: "ConnectorsDiffer" },
    { name: "what is installed differs", head: { "pnpm-lock.yaml": "lockfileVersion: 9" }, notice: "ConnectorsDiffer" },
    {
      name: "the configuration lists another",
      head: { "plumbline.config.yaml": "connectors: [./new.js]\n", "new.js": changed },
      notice: "ConfigurationDiffers",
    },
  ])("runs no code and asks nobody where $name", async ({ head, notice }) => {
    const { notices, ...rest } = await planned(base, { ...head, "acme.yaml": changedManifest });
    expect(notices).toContain(notice);
    expect(rest).toEqual({ ...heldBack, error: "UntrustedConnector" });
  });

  test("loads what the head has with --trust-head", async () => {
    const head = { "plumbline.config.yaml": "connectors: [./new.js]\n", "new.js": changed };
    expect(await planned(base, head, ["--trust-head"])).toMatchObject({
      code: 0,
      loaded: true,
      asked: true,
      notices: [],
    });
  });

  test("does not load one that the base lacks, and does not take its manifests for a mistake", async () => {
    const { notices, ...rest } = await planned({ ".gitignore": "loaded\n", "readme.txt": "" }, base);
    expect(notices).toEqual(["ConfigurationDiffers"]);
    expect(rest).toEqual({ ...heldBack, error: "UntrustedConnection" });
  });

  test("loads none with --offline, and fails only where what it would compare differs", async () => {
    const same = await planned(base, { "README.md": "new" }, ["--offline"]);
    expect(same).toEqual({ ...heldBack, code: 0, error: undefined, notices: [] });
    const differs = await planned(base, { "acme.yaml": changedManifest }, ["--offline"]);
    expect(differs).toEqual({ ...heldBack, error: "UntrustedConnector", notices: [] });
  });
});
