/** What `validate --strict` finds: references to things that no manifest declares. */
import { expect, test } from "vitest";
import { cli, folderOf } from "../support/cli.ts";

const slack = (name: string, resources: string, connection = "") => `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: ${name} }
spec:
  platform: slack
  credentials: { token: { env: SLACK_BOT_TOKEN } }
${connection}  resources:
${resources}`;

const channels = (name: string) => `    channels:\n      - name: ${name}\n`;
const group = (channel: string) =>
  `    usergroups:\n      - { handle: oncall, users: [ada@example.com], channels: [${channel}] }\n`;

async function validate(files: Record<string, string>, ...flags: string[]) {
  const { code, stdout } = await cli(["validate", "-o", "json", ...flags], { cwd: folderOf(files) });
  return { code, problems: JSON.parse(stdout).problems };
}

test("a reference to what another manifest of the same system declares is sound, whichever file it is in", async () => {
  const files = { "a.yaml": slack("a", channels("incidents")), "b.yaml": slack("b", group("incidents")) };
  expect(await validate(files, "--strict")).toEqual({ code: 0, problems: [] });
});

test("a reference to what nobody declares is named with its place and the nearest key; only with --strict", async () => {
  const files = { "a.yaml": slack("a", channels("incidents") + group("incident")) };
  expect(await validate(files)).toEqual({ code: 0, problems: [] });
  expect(await validate(files, "--strict")).toMatchObject({
    code: 1,
    problems: [
      {
        code: "UndeclaredReference",
        file: "a.yaml",
        line: 11,
        column: 64,
        path: "/spec/resources/usergroups/0/channels/0",
        message: 'No manifest of this system declares channels "incident". Did you mean "incidents"?',
      },
    ],
  });
});

test("what another system or another namespace declares does not count", async () => {
  const elsewhere = slack("a", channels("incidents"), "  connection: { baseUrl: https://slack.example.com }\n");
  const other = slack("c", channels("incidents")).replace("{ name: c }", "{ name: c, namespace: team }");
  const files = { "a.yaml": elsewhere, "b.yaml": slack("b", group("incidents")), "c.yaml": other };
  expect((await validate(files, "--strict")).problems).toMatchObject([{ code: "UndeclaredReference", file: "b.yaml" }]);
});

test("people are looked up in the system, so they need no manifest; and a team under a repository needs one", async () => {
  const github = `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: code }
spec:
  platform: github
  connection: { organization: acme }
  credentials: { token: { env: GITHUB_TOKEN } }
  resources:
    teams: [{ name: Platform }]
    repositories:
      - name: billing
        collaborators: [{ username: ada, permission: pull }]
        teams:
          - { team: platform, permission: push }
          - { team: plattform, permission: pull }
`;
  expect((await validate({ "code.yaml": github }, "--strict")).problems).toMatchObject([
    { code: "UndeclaredReference", line: 15, path: "/spec/resources/repositories/0/teams/1/team" },
  ]);
});
