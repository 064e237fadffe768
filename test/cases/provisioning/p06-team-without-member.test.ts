/** In a team, and not in the organisation's list any more. Public report: github.com/kubernetes/test-infra/issues/21434 (2021). */
import { expect, test } from "vitest";
import { githubManifest, onGitHub } from "../stage.ts";

const people = (members: readonly string[], team: readonly string[]): string =>
  githubManifest(`    members:
${members.map((name) => `      - { username: ${name} }\n`).join("")}    teams:
      - name: eng
        members:
${team.map((name) => `          - { username: ${name} }\n`).join("")}`);

test.each(["bob", "Bob"])(
  "who is still in a declared team as %s is not taken out of the organisation",
  async (spelt) => {
    const stage = await onGitHub({ "acme.yaml": people(["ada", "bob"], ["ada", spelt]) }, { members: ["ada", "bob"] });
    await stage.expectQuiet();
    stage.write("acme.yaml", people(["ada"], ["ada", spelt]));
    stage.proxy.reset();
    const { code, stdout } = await stage.run("apply --auto-approve");
    expect(code).toBe(1);
    expect(stdout).toMatch(/members\/bob .*StillMember.*teams\/eng, acme\.yaml:\d+/s);
    expect(stage.proxy.writes()).toEqual([]);
  },
);

test("who is taken out of both goes from the organisation, and is not invited again", async () => {
  const stage = await onGitHub({ "acme.yaml": people(["ada", "bob"], ["ada", "bob"]) }, { members: ["ada", "bob"] });
  await stage.expectQuiet();
  stage.write("acme.yaml", people(["ada"], ["ada"]));
  stage.proxy.reset();
  await stage.expectQuiet();
  const writes = stage.proxy.writes().map(({ method, path }) => `${method} ${path}`);
  expect(writes).toContain("DELETE /orgs/acme/memberships/bob");
  expect(writes.filter((write) => write.startsWith("PUT"))).toEqual([]);
});
