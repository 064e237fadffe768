import { expect, test } from "vitest";
import { Type } from "../../src/api/index.ts";
import { type Connector, defineResource, type Resource } from "../../src/connector-kit/contract.ts";
import { runtimePlatforms } from "../../src/manifests/platforms.ts";
import type { Platform } from "../../src/manifests/types.ts";
import { forge, forgeManifest } from "./forge.ts";

const sourceOf = (connector: Connector | "unloaded" | undefined) =>
  runtimePlatforms({ names: ["forge"], load: async () => connector });

async function check(spec: string) {
  const { validate } = (await sourceOf(forge).load("forge")) as Platform;
  const valid = validate(forgeManifest(spec).object);
  return { valid, errors: (validate.errors ?? []).map(({ instancePath }) => instancePath) };
}

test("a platform's check takes its own fields and refuses others", async () => {
  const credentials = "credentials: { token: { env: T } }";
  expect(
    await check(`${credentials}\nresources: { repositories: [{ name: a, labels: [{ name: b }] }] }`),
  ).toMatchObject({
    valid: true,
  });
  const wrong = await check(`${credentials}\nresources: { repositories: [{ name: 1, labels: [{ nam: b }] }] }`);
  expect(wrong.valid).toBe(false);
  expect(new Set(wrong.errors)).toEqual(
    new Set(["/spec/resources/repositories/0/name", "/spec/resources/repositories/0/labels/0"]),
  );
});

test("a literal secret does not pass", async () => {
  expect((await check("credentials: { token: abc }")).errors).toContain("/spec/credentials/token");
});

test("a connector is loaded and compiled once, however often it is asked for", async () => {
  let loaded = 0;
  const platforms = runtimePlatforms({
    names: ["forge"],
    load: async () => {
      loaded++;
      return forge;
    },
  });
  const [first, second] = await Promise.all([platforms.load("forge"), platforms.load("forge")]);
  expect(first).toBe(second);
  expect(loaded).toBe(1);
});

test("unknown and unloaded connectors are passed on as such", async () => {
  expect(await sourceOf(undefined).load("x")).toBeUndefined();
  expect(await sourceOf("unloaded").load("x")).toBe("unloaded");
});

test("a schema with an unknown keyword is refused, naming the platform", async () => {
  const schema = Type.Object({ name: Type.String({ "x-plumbline-imutable": true }) });
  const list = forge.resources?.teams?.list as Resource["list"];
  const things = defineResource({ schema, key: (thing) => thing.name, list });
  const platforms = sourceOf({ ...forge, resources: { things } });
  await expect(platforms.load("forge")).rejects.toThrow(/Connector "forge".*x-plumbline-imutable/);
});

test.each(["Integration", "Rule", "NotificationRoute"] as const)("the check of the kind %s compiles", async (kind) => {
  const validate = await sourceOf(forge).kind(kind);
  expect(validate({ kind })).toBe(false);
});
