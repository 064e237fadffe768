import { createHash, createHmac } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashKeyId, loadStateKey, stateKey } from "../../src/store/index.ts";
import { tries } from "../support/tries.ts";
import { temporaryFolder } from "./support.ts";

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index * 3));
const parts = ["s", "webhooks", "k", "/secret", "hunter2"] as const;
const load = (folder: string, more: Partial<Parameters<typeof loadStateKey>[0]> = {}) =>
  loadStateKey({ env: {}, folder, ci: false, create: false, ...more });

test("a hash is HMAC-SHA256 over the parts, each after its length, under the key's id", () => {
  const message = Buffer.concat(
    parts.flatMap((part) => [Buffer.from([0, 0, 0, Buffer.byteLength(part)]), Buffer.from(part)]),
  );
  const keyId = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const expected = `h1:${keyId}:${createHmac("sha256", bytes).update(message).digest("base64url")}`;
  expect(stateKey(bytes).hash(...parts)).toBe(expected);
  expect(hashKeyId(expected)).toBe(keyId);
  expect(hashKeyId("h2:01234567:x")).toBeUndefined();
});

test("text that moves from one part to the next gives another hash", () => {
  const key = stateKey(bytes);
  const five = fc.tuple(fc.string(), fc.string(), fc.string(), fc.string(), fc.string());
  fc.assert(
    fc.property(five, five, (one, two) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(two));
      return key.hash(...one) !== key.hash(...two);
    }),
    tries(100, { seed: 1 }),
  );
  expect(key.hash("ab", "c", "", "", "")).not.toBe(key.hash("a", "bc", "", "", ""));
});

test.each(["base64", "base64url", "hex"] as const)("a key in the environment may be %s", async (encoding) => {
  const folder = await temporaryFolder();
  const env = { PLUMBLINE_STATE_KEY: `${bytes.toString(encoding)}\n` };
  const key = await load(folder, { env, ci: true, create: true });
  expect(key?.hash(...parts)).toBe(stateKey(bytes).hash(...parts));
  expect(await readdir(folder)).toEqual([]);
});

test.each(["short", bytes.toString("hex").slice(2), `${bytes.toString("base64")}AAAA`, "é".repeat(43)])(
  "a key in the environment that is not 32 bytes is refused, and not repeated (%#)",
  async (value) => {
    const error = await load(await temporaryFolder(), { env: { PLUMBLINE_STATE_KEY: value } }).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ name: "StoreError", code: "BadKey" });
    expect(error.message).toContain("PLUMBLINE_STATE_KEY");
    expect(error.message).not.toContain(value);
  },
);

test("a key is made once, for this user alone, and found again", async () => {
  const folder = await temporaryFolder();
  expect(await load(folder)).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
  const made = await load(folder, { create: true });
  expect(made?.keyId).toMatch(/^[0-9a-f]{8}$/);
  expect((await load(folder))?.keyId).toBe(made?.keyId);
  expect((await load(folder, { create: true }))?.keyId).toBe(made?.keyId);
  const plumbline = join(folder, ".plumbline");
  expect((await readdir(plumbline)).sort()).toEqual([".gitignore", "key"]);
  expect((await stat(join(plumbline, "key"))).mode & 0o777).toBe(0o600);
  expect((await stat(plumbline)).mode & 0o777).toBe(0o700);
});

test("the made key is what the random source gave", async () => {
  const folder = await temporaryFolder();
  const key = await load(folder, { create: true, random: () => bytes });
  expect(key?.hash(...parts)).toBe(stateKey(bytes).hash(...parts));
  expect(await readFile(join(folder, ".plumbline", "key"), "utf8")).toBe(`${bytes.toString("base64url")}\n`);
});

test("those that make a key at once agree on it", async () => {
  const folder = await temporaryFolder();
  const keys = await Promise.all(Array.from({ length: 8 }, () => load(folder, { create: true })));
  expect(new Set(keys.map((key) => key?.keyId)).size).toBe(1);
});

test("in CI only the environment counts: an absent or empty variable gives no key and no file", async () => {
  const folder = await temporaryFolder();
  expect(await load(folder, { ci: true, create: true })).toBeUndefined();
  expect(await load(folder, { ci: true, create: true, env: { PLUMBLINE_STATE_KEY: "" } })).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
});

test("a damaged key file is refused, naming the file, and not replaced", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, ".plumbline"));
  const file = join(folder, ".plumbline", "key");
  await writeFile(file, "");
  await expect(load(folder, { create: true })).rejects.toMatchObject({
    code: "BadKey",
    message: expect.stringContaining(file),
  });
  expect(await readFile(file, "utf8")).toBe("");
});
