/** A label whose name changes only in case. Public report: github.com/Xiphe/github-sync-labels-milestones/issues/6 (2016). */
import { describe, expect, test } from "vitest";
import { changesOf, githubManifest, onGitHub } from "../stage.ts";

const labelled = (name: string): string =>
  githubManifest(`    repositories:
      - name: api
        labels:
          - { name: ${name}, color: "d73a4a" }
`);
const repositories = [{ name: "api" }];
const labels = "/repos/acme/api/labels";

describe.each([
  { before: "bug", after: "Bug" },
  { before: "Area/API", after: "area/api" },
  { before: "ÉTAT", after: "état" },
])("from $before to $after", ({ before, after }) => {
  test("is one update in place, and the issue keeps its label", async () => {
    const stage = await onGitHub({ "acme.yaml": labelled(before) }, { repositories });
    await stage.expectQuiet();
    await stage.github.api("POST", "/repos/acme/api/issues", { title: "It breaks", labels: [before] });
    stage.write("acme.yaml", labelled(after));
    expect(changesOf(await stage.plan())).toEqual([`update repositories.labels/api/${keyText(after)}`]);
    stage.proxy.reset();
    await stage.expectQuiet();
    expect(stage.proxy.writes()).toMatchObject([
      { method: "PATCH", path: `${labels}/${encodeURIComponent(before)}`, body: { new_name: after } },
    ]);
    expect(Object.keys(await stage.github.labels("api"))).toEqual([after]);
    const { body } = await stage.github.api("GET", "/repos/acme/api/issues");
    expect(body).toMatchObject([{ labels: [{ name: after }] }]);
  });

  test("a label that is there already in the other case is taken over, not made", async () => {
    const stage = await onGitHub({ "acme.yaml": labelled(after) }, { repositories });
    await stage.github.api("POST", labels, { name: before, color: "d73a4a" });
    await stage.expectQuiet();
    expect(stage.proxy.writes().map(({ method }) => method)).toEqual(["PATCH"]);
  });

  test("both in one list are one mistake that names both lines", async () => {
    const both = labelled(before).replace(/( +- \{ name: .*\n)$/, (line) => line + line.replace(before, after));
    const stage = await onGitHub({ "acme.yaml": both });
    const { code, stderr } = await stage.run("validate");
    expect(stderr).toContain(`"${before}" at acme.yaml:13 and "${after}" at acme.yaml:14 are one key to GitHub.`);
    expect(stderr).toContain("1 problem in 1 file.");
    expect(code).toBe(1);
  });
});

/** As in RFC 6901. */
function keyText(name: string): string {
  return name.replaceAll("/", "~1").toLowerCase();
}
