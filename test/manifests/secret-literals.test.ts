import { expect, test } from "vitest";
import { literalSecrets } from "../../src/manifests/secret-literals.ts";
import { forgeManifest } from "./forge.ts";

/** Put together here, so that no scanner takes this file for a leak. */
const letters = (length: number) => "aB3dE5gH7jK9".repeat(10).slice(0, length);
const tokens = [
  { form: "a Slack token", token: `xoxb-${"1234567890"}-${"2345678901"}-${letters(24)}` },
  { form: "a Slack token", token: `xoxe.xoxp-1-${letters(40)}` },
  { form: "a GitHub token", token: `ghp_${letters(36)}` },
  { form: "a GitHub token", token: `ghs_${letters(60)}` },
  { form: "a GitHub token", token: `github_pat_${letters(22)}_${letters(59)}` },
  { form: "an AWS access key", token: `AKIA${"ABCDEFGH23456722"}` },
  {
    form: "a Slack webhook address",
    token: `https://hooks.slack.com/services/T${"0123ABCDE"}/B${"0123ABCDE"}/${letters(24)}`,
  },
  { form: "an address with a password", token: "https://user:correct-horse-battery-staple@example.com/" },
  { form: "a private key", token: `-----BEGIN OPENSSH ${"PRIVATE"} KEY-----\\n${letters(64)}\\n` },
];

test.each(tokens)("$form in the clear is found and not repeated", ({ form, token }) => {
  const problems = literalSecrets(
    forgeManifest(`
      title: fine
      resources:
        repositories:
          - name: api
            topics: [ok, "see ${token}"]
    `),
  );
  expect(problems).toMatchObject([
    { code: "LiteralSecret", file: "a.yaml", line: 10, path: "/spec/resources/repositories/0/topics/1" },
  ]);
  expect(problems[0]?.message).toContain(form);
  expect(JSON.stringify(problems)).not.toContain(token.slice(0, 30));
});

const github = `ghp_${letters(36)}`;

test.each([
  { name: "the title", spec: `title: "${github}"` },
  { name: "the connection", spec: `connection: { organization: "${github}" }` },
  { name: "the place of a variable's name", spec: `credentials: { token: { env: "${github}" } }` },
  { name: "the defaults", spec: `defaults: { repositories: { topics: ["${github}"] } }` },
])("a token in $name is found", ({ spec }) => {
  expect(literalSecrets(forgeManifest(spec))).toHaveLength(1);
});

test("a token in a label of the metadata is found", () => {
  const manifest = forgeManifest("title: x");
  manifest.object.metadata.labels = { owner: github };
  expect(literalSecrets(manifest)).toMatchObject([{ path: "/metadata/labels/owner" }]);
});

test.each([
  "Tokens start with xoxb- or ghp_ and belong in the environment",
  "xoxb-your-token-here",
  "ghp_xxxxxxxx",
  "AKIAIOSFODNN7EXAMPLE",
  "BAKIAABCDEFGH23456722",
  "https://hooks.slack.com/services/",
  "https://example.com:8443/a@b and ssh://git@example.com",
  "never paste -----BEGIN PRIVATE KEY----- blocks into issues",
])("prose about tokens raises no alarm: %s", (text) => {
  expect(literalSecrets(forgeManifest(`title: "${text}"`))).toEqual([]);
});
