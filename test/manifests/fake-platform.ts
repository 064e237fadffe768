/** A small platform for the loader's tests: channels, and repositories with labels and webhooks. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { defineConnector, defineResource, Secret, Type } from "../../src/connector-kit/index.ts";
import { type LoadedManifests, loadManifests } from "../../src/manifests/load.ts";
import { runtimePlatforms } from "../../src/manifests/platforms.ts";
import type { PlatformSource } from "../../src/manifests/types.ts";

const nothing = async function* (_reader: unknown): AsyncGenerator<never> {
  yield* [];
};

const channels = defineResource({
  schema: Type.Object(
    {
      name: Type.String({ minLength: 1, pattern: "^[a-z0-9_-]+$", description: "Lower-case letters and digits." }),
      topic: Type.Optional(Type.String()),
      private: Type.Optional(Type.Boolean()),
      limit: Type.Optional(Type.Integer({ minimum: 1 })),
      posting: Type.Optional(Type.Unsafe<string>({ type: "string", enum: ["all", "admins"] })),
      users: Type.Optional(Type.Array(Type.String(), { uniqueItems: true })),
    },
    { additionalProperties: false },
  ),
  key: (channel) => channel.name,
  list: nothing,
});

const repositories = defineResource({
  schema: Type.Object(
    { name: Type.String({ minLength: 1 }), visibility: Type.Optional(Type.Enum(["public", "private", "internal"])) },
    { additionalProperties: false },
  ),
  key: (repository) => repository.name,
  list: nothing,
});

const labels = defineResource({
  schema: Type.Object({ name: Type.String(), color: Type.Optional(Type.String()) }, { additionalProperties: false }),
  parent: "repositories",
  key: (label) => label.name,
  list: nothing,
});

const webhooks = defineResource({
  schema: Type.Object({ url: Type.String(), secret: Type.Optional(Secret()) }, { additionalProperties: false }),
  parent: "repositories",
  key: (webhook) => webhook.url,
  list: nothing,
});

export const acme = defineConnector({
  platform: "acme",
  title: "Acme",
  connection: Type.Object(
    { baseUrl: Type.Optional(Type.String()), region: Type.Optional(Type.Enum(["eu", "us"])) },
    { additionalProperties: false },
  ),
  credentials: Type.Object(
    { token: Secret(), signingSecret: Type.Optional(Secret()) },
    { additionalProperties: false },
  ),
  open: () => ({ reader: {}, writer: {} }),
  check: async () => ({}),
  resources: { channels, repositories, labels, webhooks },
});

const source = runtimePlatforms({
  names: ["acme", "own"],
  load: async (name) => (name === "acme" ? acme : name === "own" ? "unloaded" : undefined),
});

/** @returns a source that knows `acme`, and `own`, whose code may not run. It is compiled once for all tests. */
export function platformSource(): PlatformSource {
  return source;
}

/** Writes files into a folder that is removed when the test ends. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Loads the whole folder with these files. */
export function load(files: Readonly<Record<string, string | Uint8Array>>, inputs = ["."]): Promise<LoadedManifests> {
  return loadManifests({ inputs, cwd: folderWith(files), platforms: platformSource() });
}

/** An Integration of `acme` with these lines under `spec` (indented by two); they start on line 8. */
export function integration(spec: string, name = "one"): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata:
  name: ${name}
spec:
  platform: acme
  credentials: { token: { env: TOKEN } }
${spec}`;
}
