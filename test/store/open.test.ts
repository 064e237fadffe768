import { spawnSync } from "node:child_process";
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openLastingStore, openStore, stateAddress } from "../../src/store/index.ts";
import { entry, holder, SYSTEM, temporaryFolder, VERSION } from "./support.ts";

async function open(folder: string, mode: "read" | "write", url?: string) {
  const store = await openStore(url, { mode, folder, version: VERSION });
  onTestFinished(() => store.close());
  return store;
}

test("the state is kept in .plumbline/state.db of the given folder unless told otherwise", async () => {
  const folder = await temporaryFolder();
  await (await open(folder, "write")).update(SYSTEM, { put: [entry("channels", "a")] });
  await (await open(folder, "write", "sqlite:other/prod.db")).update(SYSTEM, {});
  expect(await readdir(join(folder, ".plumbline"))).toContain("state.db");
  expect(await readdir(join(folder, "other"))).toContain("prod.db");
});

test("reading where nothing is gives an empty state and leaves no file behind", async () => {
  const folder = await temporaryFolder();
  const store = await open(folder, "read");
  expect(await store.system(SYSTEM)).toBeUndefined();
  expect(await store.systems()).toEqual([]);
  expect(await store.objects()).toEqual([]);
  expect(store.url).toBe(`sqlite:${join(folder, ".plumbline", "state.db")}`);
  await store.close();
  expect(await readdir(folder)).toEqual([]);
});

test("reading gives what was written, refuses to write, and leaves no file behind", async () => {
  const folder = await temporaryFolder();
  const writer = await open(folder, "write");
  await writer.update(SYSTEM, { put: [entry("channels", "a")] });
  await writer.close();
  const before = await readdir(join(folder, ".plumbline"));
  const store = await open(folder, "read");
  expect((await store.system(SYSTEM))?.inventory).toEqual([entry("channels", "a")]);
  for (const write of [
    () => store.update(SYSTEM, {}),
    () => store.putObject({ kind: "Rule", name: "a", generation: 1, digest: "d", conditions: [] }),
    () => store.dropObject("Rule", "a"),
    () => store.lock(holder, 0),
  ]) {
    await expect(write()).rejects.toMatchObject({ name: "StoreError", code: "Unwritable" });
  }
  await store.close();
  expect(await readdir(join(folder, ".plumbline"))).toEqual(before);
});

test("a reader sees what another one writes while both are open", async () => {
  const folder = await temporaryFolder();
  const writer = await open(folder, "write");
  await writer.lock(holder, 0);
  const reader = await open(folder, "read");
  await writer.update(SYSTEM, { put: [entry("channels", "a")] });
  expect((await reader.system(SYSTEM))?.inventory).toHaveLength(1);
});

test("a state that this user may only read can be read", async () => {
  const folder = await temporaryFolder();
  const writer = await open(folder, "write");
  await writer.update(SYSTEM, { put: [entry("channels", "a")] });
  await writer.close();
  const plumbline = join(folder, ".plumbline");
  const index = new URL("../../src/store/index.ts", import.meta.url).href;
  const script = `
    const { openStore } = await import(${JSON.stringify(index)});
    if (process.getuid?.() === 0) process.setuid(65534);
    const options = { folder: ${JSON.stringify(folder)}, version: "0.1.0" };
    const store = await openStore(undefined, { ...options, mode: "read" });
    const state = await store.system(${JSON.stringify(SYSTEM)});
    const refused = await openStore(undefined, { ...options, mode: "write" }).catch((error) => error.code);
    console.log(JSON.stringify([state.inventory.length, refused]));`;
  await chmod(folder, 0o755);
  await chmod(join(plumbline, "state.db"), 0o444);
  await chmod(plumbline, 0o555);
  onTestFinished(() => chmod(plumbline, 0o700));
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual([1, "Unwritable"]);
});

test.each([
  { url: "sqlite:.plumbline/state.db", file: ".plumbline/state.db" },
  { url: "sqlite:/var/lib/state.db", file: "/var/lib/state.db" },
  { url: "sqlite:///var/lib/with%20space.db", file: "/var/lib/with space.db" },
  { url: "SQLITE:a.db", file: "a.db" },
])("$url is the file $file", ({ url, file }) => {
  expect(stateAddress(url)).toEqual({ file });
});

test.each([
  { url: "postgres://ada:hunter2#3@/db", says: /names no PostgreSQL server.*postgres:\/\/USER@HOST\/DATABASE/ },
  { url: "postgresql:", says: /names no PostgreSQL server/ },
  { url: "mysql://ada:hunter2@db/plumbline", says: /no state of the scheme "mysql:"/ },
  { url: ".plumbline/state.db", says: /no scheme/ },
  { url: "", says: /no scheme/ },
  { url: "sqlite:", says: /names no file/ },
  { url: "sqlite::memory:", says: /names no file/ },
  { url: "sqlite:folder/", says: /names no file/ },
  { url: "sqlite:a.db?mode=memory", says: /names no file/ },
  { url: "sqlite://host/a.db", says: /names a host/ },
])("$url is refused with what to write instead, and without a password", async ({ url, says }) => {
  const folder = await temporaryFolder();
  const error = await openStore(url, { mode: "write", folder, version: VERSION }).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: "StoreError", code: "BadUrl", message: expect.stringMatching(says) });
  expect(error.message).not.toContain("hunter2");
  expect(await readdir(folder)).toEqual([]);
});

test("a state in a Git ref keeps no events, and the message says which do", async () => {
  const folder = await temporaryFolder();
  const opening = openLastingStore("git:refs/plumbline/state", { mode: "write", folder, version: VERSION });
  await expect(opening).rejects.toMatchObject({
    code: "BadUrl",
    message: expect.stringMatching(/sqlite:PATH or postgres:/),
  });
});

test("events of a state that is not there read as none, refuse writes, and leave no file behind", async () => {
  const folder = await temporaryFolder();
  const store = await openLastingStore(undefined, { mode: "read", folder, version: VERSION });
  expect(await store.events.events({ limit: 1 })).toEqual([]);
  expect(await store.tokens.tokens()).toEqual([]);
  await expect(store.update(SYSTEM, {})).rejects.toMatchObject({ code: "Unwritable" });
  await store.close();
  expect(await readdir(folder)).toEqual([]);
});

test("events that were written are read by a store that refuses writes", async () => {
  const folder = await temporaryFolder();
  const writer = await openLastingStore(undefined, { mode: "write", folder, version: VERSION });
  await writer.tokens.putToken({ id: "a", name: "ci", role: "viewer", hash: "h", createdAt: 1 });
  await writer.close();
  const reader = await openLastingStore(undefined, { mode: "read", folder, version: VERSION });
  onTestFinished(() => reader.close());
  expect(await reader.tokens.tokens()).toHaveLength(1);
  await expect(reader.tokens.revokeToken("a", 2)).rejects.toMatchObject({ code: "Unwritable" });
});
