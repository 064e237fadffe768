/** A list's last page that is lost. Public reports: github.com/auth0/auth0-deploy-cli/issues/1272 (2026), github.com/okta/terraform-provider-okta/issues/1119 (2022). */
import { describe, expect, test } from "vitest";
import type { Fate, Recorded } from "../../support/proxy.ts";
import { changesOf, githubManifest, onGitHub } from "../stage.ts";
import { list, name, paged } from "./paged-labels.ts";

const repositories = [{ name: "api" }];

/** Declares the first of so many labels; what nobody declares is drift. */
function declaring(labels: number): string {
  const entries = Array.from({ length: labels }, (_, index) => `          - { name: ${name(index)}, color: "d73a4a" }`);
  const policy = "prune: true, exclusive: [repositories.labels], maxRemovals: 1000";
  return githubManifest(`    repositories:\n      - name: api\n        labels:\n${entries.join("\n")}\n`, policy);
}

describe.each([
  { labels: 99, sizes: [99] },
  { labels: 100, sizes: [100] },
  { labels: 100, sizes: [100, 0] },
  { labels: 101, sizes: [100, 1] },
  { labels: 130, sizes: [30, 0, 100] },
  { labels: 200, sizes: [100, 100] },
  { labels: 205, sizes: [100, 100, 5] },
])("$labels labels in pages of $sizes", ({ labels, sizes }) => {
  test("are all found, in as many requests as there are pages, at the addresses given", async () => {
    const stage = await onGitHub({ "acme.yaml": declaring(labels) }, { repositories });
    stage.proxy.intercept(paged(() => stage.proxy.url, sizes, "d73a4a"));
    const plan = await stage.plan();
    expect(new Set(changesOf(plan).map((change) => change.split(" ")[0]))).toEqual(new Set(["adopt"]));
    expect(plan.integrations[0]?.changes.filter(({ fields }) => fields.length > 0)).toEqual([]);
    expect(plan.summary).toMatchObject({ adopt: labels + 1, create: 0, delete: 0, failed: 0 });
    const asked = stage.proxy.requests.filter(({ path }) => path === list);
    expect(asked.map(({ query }) => query.after)).toEqual(
      sizes.map((_, page) => (page === 0 ? undefined : `Y3Vyc29y${page}`)),
    );
    expect(asked.flatMap(({ query }) => query.page ?? [])).toEqual([]);
  });

  test.skipIf(sizes.length === 1)("are all known to be there when none of them but the first is declared", async () => {
    const stage = await onGitHub({ "acme.yaml": declaring(1) }, { repositories });
    await stage.run("apply --auto-approve");
    stage.proxy.intercept(paged(() => stage.proxy.url, sizes, "d73a4a"));
    const { summary } = await stage.plan();
    expect(summary.delete + summary.blocked).toBe(labels - 1);
  });
});

test.each<{ fault: string; fate(request: Recorded, origin: string): Fate }>([
  { fault: "breaks off", fate: () => ({ truncate: 1 }) },
  { fault: "fails", fate: () => ({ status: 502, body: "Bad Gateway" }) },
  { fault: "is refused", fate: () => ({ status: 403, body: { message: "Resource not accessible" } }) },
  { fault: "is no list", fate: () => ({ status: 200, body: { message: "Server Error" } }) },
  { fault: "is empty text", fate: () => ({ status: 200, body: "" }) },
  {
    fault: "leads to itself",
    fate: ({ path }, origin) => ({
      status: 200,
      body: [],
      headers: { link: `<${origin}${path}?after=Y3Vyc29y1>; rel="next"` },
    }),
  },
  {
    fault: "leads to another host",
    fate: () => ({ status: 200, body: [], headers: { link: '<http://127.0.0.2:9/labels?page=3>; rel="next"' } }),
  },
])("a second page that $fault leaves the kind unread: nothing of it is planned", async ({ fate }) => {
  const stage = await onGitHub({ "acme.yaml": declaring(101) }, { repositories });
  const pages = paged(() => stage.proxy.url, [100, 1], "d73a4a");
  stage.proxy.intercept((request) =>
    request.query.after === undefined ? pages(request) : fate(request, stage.proxy.url),
  );
  const plan = await stage.plan();
  expect(changesOf(plan)).toEqual(["adopt repositories/api"]);
  expect(plan.summary.failed).toBe(1);
  expect((await stage.run("apply --auto-approve")).code).toBe(1);
  expect(stage.proxy.writes()).toEqual([]);
});
