import { expect, test } from "vitest";
import { githubManifest, onGitHub } from "./stage.ts";
const m = (mem: string) => githubManifest(`    members: [${mem}]
    teams: [{ name: eng, members: [{ username: ada }, { username: bob }] }]
`);
test("probe", async () => {
  const stage = await onGitHub({ "acme.yaml": m("{ username: ada }, { username: bob }") }, { members: ["ada", "bob"] });
  await stage.expectQuiet();
  stage.write("acme.yaml", m("{ username: ada }"));
  stage.proxy.reset();
  for (let i = 0; i < 3; i++) {
    const r = await stage.run("apply --auto-approve");
    console.log(r.code, r.stdout.slice(-600), stage.proxy.writes().map(({ method, path }) => `${method} ${path}`));
  }
  expect(1).toBe(1);
});
