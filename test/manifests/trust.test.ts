import { expect, test } from "vitest";
import type { Configuration } from "../../src/api/index.ts";
import { secretReferences } from "../../src/manifests/secret-references.ts";
import { trustCheck } from "../../src/manifests/trust.ts";
import { compiledForge, forgeManifest } from "./forge.ts";

function refused(allow: Configuration["allow"], spec: string, { loaded = true } = {}) {
  const value = allow ? { allow } : {};
  const configuration = { file: "plumbline.config.yaml", folder: "/repo", value };
  return trustCheck(configuration)(forgeManifest(spec), loaded ? compiledForge : undefined);
}

const paths = (allow: Configuration["allow"], spec: string) => refused(allow, spec).map(({ path }) => path);

const everywhere = `
  credentials: { token: { env: TOKEN }, signingSecret: { file: keys/sign } }
  connection: { organization: { env: ORG } }
  defaults:
    repositories: { webhooks: [{ url: d, secret: { env: DEFAULTED } }] }
  resources:
    repositories:
      - name: api
        topics: []
        webhooks: [{ url: u, secret: { env: NESTED }, headers: { auth: { env: HEADER } } }]
    webhooks: [{ url: u, secret: { file: /run/hook } }]
`;

test("every reference of an Integration is found, with its place", () => {
  const { object } = forgeManifest(everywhere);
  expect(secretReferences(object, compiledForge).map(({ path, part }) => `${part} ${path.join("/")}`)).toEqual([
    "credentials spec/credentials/token",
    "credentials spec/credentials/signingSecret",
    "connection spec/connection/organization",
    "defaults spec/defaults/repositories/webhooks/0/secret",
    "resources spec/resources/repositories/0/webhooks/0/secret",
    "resources spec/resources/repositories/0/webhooks/0/headers/auth",
    "resources spec/resources/webhooks/0/secret",
  ]);
  expect(secretReferences(object)).toHaveLength(3);
});

test("without lists all is allowed", () => {
  expect(refused(undefined, everywhere)).toEqual([]);
  expect(refused({}, everywhere)).toEqual([]);
});

test("each list stands alone, and an empty one allows nothing", () => {
  expect(paths({ env: [] }, everywhere)).toHaveLength(5);
  expect(paths({ files: [] }, everywhere)).toEqual([
    "/spec/credentials/signingSecret",
    "/spec/resources/webhooks/0/secret",
  ]);
  expect(paths({ hosts: [] }, everywhere)).toEqual(["/spec/platform"]);
});

test("what is not allowed is named with its place, the file, and what to add", () => {
  expect(refused({ env: ["SLACK_*"] }, "credentials: { token: { env: AWS_SECRET } }")).toEqual([
    {
      code: "NotAllowed",
      message: 'plumbline.config.yaml does not allow manifests to read the environment variable "AWS_SECRET".',
      remedy: 'If it should, add "AWS_SECRET" to `allow.env` there.',
      file: "a.yaml",
      line: 6,
      column: 25,
      path: "/spec/credentials/token",
    },
  ]);
});

test.each([
  { glob: "SLACK_*", name: "SLACK_TOKEN", allowed: true },
  { glob: "SLACK_*", name: "MY_SLACK_TOKEN", allowed: false },
  { glob: "!AWS_*", name: "TOKEN", allowed: false },
  { glob: "TOKEN", name: "token", allowed: false },
])("allow.env $glob allows $name: $allowed", ({ glob, name, allowed }) => {
  const problems = refused({ env: [glob] }, `credentials: { token: { env: ${name} } }`);
  expect(problems.length === 0).toBe(allowed);
});

test.each([
  { glob: "/run/secrets/*", file: "/run/secrets/token", allowed: true },
  { glob: "/run/secrets/*", file: "/run/secrets/../../etc/passwd", allowed: false },
  { glob: "/run/secrets/*", file: "/run/secrets/deep/token", allowed: false },
  { glob: "keys/*", file: "keys/token", allowed: true },
  { glob: "./keys/*", file: "./keys/token", allowed: true },
  { glob: "keys/*", file: "/repo/keys/token", allowed: true },
  { glob: "keys/**", file: "keys/../../outside", allowed: false },
  { glob: "**", file: "../outside", allowed: false },
])("allow.files $glob allows $file: $allowed", ({ glob, file, allowed }) => {
  const problems = refused({ files: [glob] }, `credentials: { token: { file: "${file}" } }`);
  expect(problems.length === 0).toBe(allowed);
});

test.each([
  { glob: "forge.example", connection: "{}", allowed: true },
  { glob: "other.example", connection: "{}", allowed: false },
  { glob: "own.example", connection: '{ baseUrl: "https://OWN.example:8443/api" }', allowed: true },
  { glob: "own.example:443", connection: '{ baseUrl: "https://own.example/" }', allowed: true },
  { glob: "own.example:443", connection: '{ baseUrl: "https://own.example:8443/" }', allowed: false },
  { glob: "*.example", connection: '{ baseUrl: "https://forge.example@evil.test/" }', allowed: false },
  { glob: "own.example", connection: '{ baseUrl: "https://own.example.evil.test/" }', allowed: false },
  { glob: "[::1]", connection: '{ baseUrl: "https://[::1]:8443/" }', allowed: true },
  { glob: "forge.example", connection: "{ host: mail.example, port: 25 }", allowed: false },
  { glob: "*.example", connection: "{ host: mail.example, port: 25 }", allowed: true },
  { glob: "own.example", connection: "{ baseUrl: { env: URL } }", allowed: true },
])("allow.hosts $glob allows $connection: $allowed", ({ glob, connection, allowed }) => {
  const problems = refused({ hosts: [glob] }, `connection: ${connection}`);
  expect(problems.length === 0).toBe(allowed);
});

test("a host inside a resource is not bound", () => {
  expect(paths({ hosts: ["forge.example"] }, 'resources: { webhooks: [{ url: "https://else.test" }] }')).toEqual([]);
});

test("a connector whose code may not run is still held to credentials and connection", () => {
  const problems = refused({ env: [], hosts: ["ok.test"] }, everywhere, { loaded: false });
  expect(problems.map(({ path }) => path)).toEqual(["/spec/credentials/token", "/spec/connection/organization"]);
});

test("a credential in the place of a variable's name is not repeated", () => {
  const token = `ghp_${"aB3dE5gH7jK9".repeat(3)}`;
  const problems = refused({ env: [] }, `credentials: { token: { env: ${token} } }`);
  expect(problems).toHaveLength(1);
  expect(JSON.stringify(problems)).not.toContain(token);
});
