/** The store in a Git ref against real repositories. */
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LOOK_INTERVAL } from "../../../src/store/git/git-store.ts";
import { type StoreClock, StoreError } from "../../../src/store/index.ts";
import { inspectState } from "../../../src/store/inspect.ts";
import { storeContract } from "../contract.ts";
import { entry, holder, SYSTEM, steppingClock, temporaryFolder, VERSION } from "../support.ts";
import { git, gitEnv, openState, plantState, REF, repositories, stateText, URL_OF_STATE } from "./support.ts";

const folders = new Map<unknown, string>();
const opened = async (folder: string, clock?: StoreClock) => {
  const store = await openState(folder, clock ? { clock } : {});
  folders.set(store, folder);
  return store;
};
storeContract(
  "the store in a ref of a bare repository",
  async (clock) => opened((await repositories()).clone, clock),
  async (store) => opened(folders.get(store) as string),
  { interval: LOOK_INTERVAL, sequences: 5 },
);

/** All that a run could leave in a clone: refs, objects, FETCH_HEAD, files. */
function traces(folder: string): string[] {
  const list = (at: string): string[] =>
    readdirSync(join(folder, at), { withFileTypes: true }).flatMap((one) =>
      one.isDirectory()
        ? list(join(at, one.name))
        : [`${at}/${one.name} ${statSync(join(folder, at, one.name)).mtimeMs}`],
    );
  return list(".").sort();
}

test("reading and writing leave refs, objects and files of the clone as they were", async () => {
  const { clone } = await repositories();
  const before = traces(clone);
  const store = await openState(clone);
  const lock = await store.lock(holder, 0);
  await store.update(SYSTEM, { put: [entry("channels", "a")] });
  await lock.release();
  await store.close();
  const reader = await openState(clone, { mode: "read" });
  expect((await reader.system(SYSTEM))?.inventory).toHaveLength(1);
  await reader.close();
  expect(traces(clone)).toEqual(before);
});

test("what was kept in temporary files is gone when the store is closed", async () => {
  const { clone } = await repositories();
  const ours = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("plumbline-git-"));
  const before = new Set(await ours());
  const store = await openState(clone);
  await store.update(SYSTEM, {});
  const [mine] = (await ours()).filter((name) => !before.has(name));
  await store.close();
  expect(await ours()).not.toContain(mine);
});

test("the ref holds one commit without a parent, however often it was written", async () => {
  const { remote, clone } = await repositories();
  const store = await openState(clone);
  for (const key of ["a", "b", "c"]) await store.update(SYSTEM, { put: [entry("channels", key)] });
  expect(git(remote, "rev-list", "--count", REF)).toBe("1");
  expect(git(remote, "log", "-1", "--format=%an: %s", REF)).toBe("Plumbline: State of Plumbline");
});

test("the text has a line for each thing, sorted, and no holder when the lock is free", async () => {
  const { remote, clone } = await repositories();
  const store = await openState(clone);
  const lock = await store.lock(holder, 0);
  await store.update(SYSTEM, { put: [entry("channels", "b"), entry("channels", "a")] });
  expect(JSON.parse(stateText(remote)).holder).toMatchObject({ pid: 123, host: "build-7" });
  await lock.release();
  expect(stateText(remote)).toBe(`{
  "format": 1,
  "program": "0.1.0",
  "objects": [],
  "systems": {
    "slack/https://slack.com/T012": {
      "inventory": [
        {"kind":"channels","key":"a","id":"id-a","integration":"default/acme","applied":"k3Jd"},
        {"kind":"channels","key":"b","id":"id-b","integration":"default/acme","applied":"k3Jd"}
      ],
      "intents": [],
      "failures": []
    }
  }
}`);
});

test("a shallow clone without blobs reads and writes, and stays as shallow", async () => {
  const { remote, clone } = await repositories();
  await (await openState(clone)).update(SYSTEM, { put: [entry("channels", "a")] });
  git(clone, "commit", "--quiet", "--allow-empty", "--message", "Second");
  git(clone, "push", "--quiet", "origin", "HEAD:main");
  git(remote, "config", "uploadpack.allowFilter", "true");
  const folder = join(await temporaryFolder(), "shallow");
  git(clone, "clone", "--quiet", "--depth=1", "--filter=blob:none", "--no-checkout", `file://${remote}`, folder);
  const before = traces(folder);
  const store = await openState(folder);
  await store.update(SYSTEM, { put: [entry("channels", "b")] });
  await store.close();
  expect(JSON.parse(stateText(remote)).systems[SYSTEM].inventory).toHaveLength(2);
  expect(traces(folder)).toEqual(before);
});

test("no hook of the clone runs", async () => {
  const { clone } = await repositories();
  for (const hook of ["pre-push", "reference-transaction"]) {
    writeFileSync(join(clone, ".git/hooks", hook), "#!/bin/sh\nexit 1\n");
    chmodSync(join(clone, ".git/hooks", hook), 0o755);
  }
  await (await openState(clone)).update(SYSTEM, {});
  expect(await (await openState(clone)).system(SYSTEM)).toMatchObject({ inventory: [] });
});

test("a remote that refuses the push is told apart from one that was faster, and nothing is tried again", async () => {
  const { remote, clone } = await repositories();
  writeFileSync(join(remote, "hooks/pre-receive"), "#!/bin/sh\necho 'refs are protected' >&2\nexit 1\n");
  chmodSync(join(remote, "hooks/pre-receive"), 0o755);
  const clock = steppingClock();
  const error: unknown = await (await openState(clone, { clock })).lock(holder, 60_000).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: "StoreError", code: "Unwritable" });
  expect((error as Error).message).toMatch(/did not take the state.*refs are protected.*contents: write/);
  expect(clock.monotonic()).toBe(0);
});

test("a push that arrived and whose answer was lost counts as done", async () => {
  const { remote, clone } = await repositories();
  // The server moves the ref, and ends before it has said so.
  const hook = join(remote, "hooks/reference-transaction");
  writeFileSync(hook, '#!/bin/sh\n[ "$1" != committed ] || kill -9 "$PPID"\n');
  chmodSync(hook, 0o755);
  const clock = steppingClock();
  const store = await openState(clone, { clock });
  await store.update(SYSTEM, { put: [entry("channels", "a")] });
  await store.update(SYSTEM, { put: [entry("channels", "b")] });
  expect(JSON.parse(stateText(remote)).systems[SYSTEM].inventory).toHaveLength(2);
  expect(clock.monotonic()).toBe(0); // nothing was sent again
});

test("a remote that is away for a moment is waited for, one that stays away is an error", async () => {
  const { clone } = await repositories();
  const url = git(clone, "remote", "get-url", "origin");
  const clock = steppingClock(async (elapsed) => {
    if (elapsed === 1000) git(clone, "remote", "set-url", "origin", url);
  });
  git(clone, "remote", "set-url", "origin", `${url}-gone`);
  await (await openState(clone, { clock })).update(SYSTEM, {});
  git(clone, "remote", "set-url", "origin", `${url}-gone`);
  await expect(openState(clone, { clock: steppingClock() })).rejects.toMatchObject({
    code: "Unwritable",
    message: expect.stringMatching(/The remote "origin" cannot be read .*persist-credentials/),
  });
});

test("a password in the remote's address is in no message", async () => {
  const { clone } = await repositories();
  git(clone, "remote", "set-url", "origin", "https://ada:hunter2@127.0.0.1:1/x.git");
  const error: unknown = await openState(clone, { clock: steppingClock() }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(StoreError);
  expect((error as Error).message).toContain("127.0.0.1");
  expect((error as Error).message).not.toMatch(/hunter2|ada/);
});

describe("what is there and is no state of ours", () => {
  const state = (more: object) => JSON.stringify({ format: 1, program: "0.1.0", objects: [], systems: {}, ...more });
  const things = (more: object) => ({ systems: { s: { inventory: [], intents: [], failures: [], ...more } } });
  test.each([
    { name: "text that is no JSON", text: '{"format": 1', code: "Corrupt", says: /is damaged.*it is no JSON object/ },
    { name: "a list", text: "[]", code: "Corrupt", says: /it is no JSON object/ },
    { name: "no format", text: "{}", code: "Corrupt", says: /it names no format/ },
    {
      name: "a holder without an end",
      text: state({ holder: { ...holder, token: "t", until: "soon" } }),
      code: "Corrupt",
      says: /its holder/,
    },
    {
      name: "an object without conditions",
      text: state({ objects: [{ kind: "Rule" }] }),
      code: "Corrupt",
      says: /an object is/,
    },
    { name: "systems as a list", text: state({ systems: [] }), code: "Corrupt", says: /no systems/ },
    {
      name: "an entry without an id",
      text: state(things({ inventory: [{ kind: "a", key: "b" }] })),
      code: "Corrupt",
      says: /holds of s is not/,
    },
    {
      name: "an intent without a time",
      text: state(things({ intents: [{ kind: "a", key: "b", integration: "i" }] })),
      code: "Corrupt",
      says: /holds of s is not/,
    },
    {
      name: "no list of failures",
      text: state(things({ failures: null })),
      code: "Corrupt",
      says: /holds of s is not/,
    },
    {
      name: "a newer format",
      text: state({ format: 2, program: "9.8.7" }),
      code: "NewerFormat",
      says: /format 2, version 9\.8\.7.*Install Plumbline 9\.8\.7/,
    },
  ])("$name", async ({ text, code, says }) => {
    const { remote, clone } = await repositories();
    plantState(remote, text);
    const before = git(remote, "rev-parse", REF);
    await expect(openState(clone)).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(git(remote, "rev-parse", REF)).toBe(before);
  });

  test("a commit that holds no state", async () => {
    const { remote, clone } = await repositories();
    plantState(remote, "Hello\n", "README.md");
    await expect(openState(clone)).rejects.toMatchObject({
      code: "Corrupt",
      message: expect.stringMatching(/has no state\.json/),
    });
  });
});

test("a folder outside of any repository is an error that says so", async () => {
  await expect(openState(await temporaryFolder())).rejects.toMatchObject({
    code: "Unwritable",
    message: expect.stringMatching(/is in no Git repository/),
  });
});

test("a remote that is not there is named, with those that are", async () => {
  const { clone } = await repositories();
  await expect(openState(clone, { url: `${URL_OF_STATE}?remote=upstream` })).rejects.toMatchObject({
    code: "BadUrl",
    message: expect.stringMatching(/no remote "upstream"\. There is origin\./),
  });
});

test("a look at the state says whether it is there and who holds it", async () => {
  const { clone } = await repositories();
  const clock = steppingClock();
  const look = () => inspectState(URL_OF_STATE, { folder: clone, env: gitEnv, version: VERSION, clock });
  expect(await look()).toEqual({ where: URL_OF_STATE, exists: false, locked: false });
  const lock = await (await openState(clone, { clock })).lock(holder, 0);
  expect(await look()).toMatchObject({ exists: true, locked: true, holder });
  await lock.release();
  expect(await look()).toEqual({ where: URL_OF_STATE, exists: true, locked: false });
});
