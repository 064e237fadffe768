/** A plan as Markdown: what stands where, what is linked, what is cut first. */
import { describe, expect, test } from "vitest";
import type { Plan } from "../../../src/api/plan.ts";
import { githubComment } from "../../../src/cli/markdown/budget.ts";
import type { Links } from "../../../src/cli/markdown/lines.ts";
import { renderPlanMarkdown } from "../../../src/cli/markdown/plan.ts";
import { foldedDepth, listedKeys, outsideCode, toHtml } from "./gfm.ts";
import { base, change, integration, planOf, samplePlan } from "./plans.ts";

const links: Links = ({ file, line }) => `https://git.example/blob/1a2b3c/${file}#L${line}`;
const render = (plan: Plan, given: Partial<Parameters<typeof renderPlanMarkdown>[1]> = {}) =>
  renderPlanMarkdown(plan, { budget: githubComment, links, mode: "plan", ...given });
const numbered = (number: number, action: "create" | "delete", name = "") =>
  Array.from({ length: number }, (_, index) =>
    change({ action, key: `${name}${index}`, source: { file: "manifests/slack.yaml", line: index + 1 } }),
  );

describe("what stands where", () => {
  test("the first line is the summary, with what was planned", () => {
    const [first] = render(samplePlan(), { title: "manifests" }).split("\n");
    expect(first).toBe("**Plumbline plan** of `manifests`: 1 to create, 2 to change, 1 to remove, 1 blocked.");
  });

  test("what to look at twice stands before what is folded, and nowhere else", () => {
    const text = render(samplePlan());
    const top = text.slice(0, text.indexOf("<details>"));
    expect(top).toContain("- **delete** `repositories.labels/billing/wontfix` in `acme-github` (nobody declares it)");
    expect(top).toContain('- visibility: "private"\n  + visibility: "public"');
    expect(text.split("billing/wontfix")).toHaveLength(2);
    expect(text.split("(who can see it)")).toHaveLength(2);
  });

  test("an update that is partly drift stands in two places, each with its own fields", () => {
    const text = render(samplePlan());
    const apart = text.indexOf("Different before this pull request");
    expect(text.slice(0, apart)).toContain("topic");
    expect(text.slice(0, apart)).not.toContain("purpose");
    expect(text.slice(apart)).toContain("purpose");
    expect(text.slice(apart)).not.toContain("topic");
  });

  test("without a base, drift is called what it is", () => {
    const drifted = change({ cause: "drift", fields: [{ path: "/topic", before: "a", after: "b", cause: "drift" }] });
    expect(render(planOf([integration([drifted])]))).toContain("<summary>Drift, moved outside");
  });

  test("in a report of drift nothing stands apart", () => {
    const drifted = change({ cause: "drift", fields: [{ path: "/topic", before: "a", after: "b", cause: "drift" }] });
    const text = render(planOf([integration([drifted])]), { mode: "drift" });
    expect(text).toMatch(/^\*\*Plumbline drift\*\*: 1 thing drifted\.\n/);
    expect(text).toContain("<code>team Acme</code>): 1 difference</summary>");
    expect(text).not.toContain("moved outside");
  });

  test("a removal that the manifests did not cause says so", () => {
    const text = render(
      planOf([integration([change({ action: "delete", cause: "drift", reason: "NotDeclared" })])], { base }),
    );
    expect(text).toContain("(nobody declares it; not by what the manifests change)");
  });

  test("notices and what could not be read stand before everything else", () => {
    const untrusted = { code: "UntrustedConnection", message: "connection differs from the base." };
    const plan = planOf(
      [
        integration([change({ action: "create" })], { view: "offline", error: untrusted }),
        integration([], { name: "b", failures: [{ kind: "channels", code: "PERMISSION", message: "No scope." }] }),
      ],
      { base: { ...base, notices: [{ code: "ConfigurationDiffers", message: "The base's holds." }] } },
    );
    expect(render(plan).split("\n").slice(1, 6)).toEqual([
      "",
      "- **Without effect:** `ConfigurationDiffers` `The base's holds.`",
      "- **`acme-slack` compared without asking it:** `UntrustedConnection` `connection differs from the base.`",
      "- **`channels` in `b` could not be read:** `PERMISSION` `No scope.`",
      "",
    ]);
    expect(render(plan)).toContain("1 change, manifests only: no system was asked</summary>");
  });

  test("what is held back is there, with its reason said once", () => {
    const held = (key: string) =>
      change({ action: "blocked", intended: "delete", key, reason: "TooManyRemovals", message: "More than 25 %." });
    const quiet = change({ action: "blocked", intended: "adopt", key: "old", reason: "AdoptDisabled" });
    const text = render(planOf([integration([held("a"), held("b"), quiet])]));
    expect(text).toContain("<summary>Held back: 3</summary>");
    expect(text).toContain(
      "`TooManyRemovals` in `acme-slack`: `More than 25 %.`\n\n- **delete** `channels/a`\n- **delete** `channels/b`\n",
    );
    expect(text).toContain("`AdoptDisabled`, as configured:\n\n- **adopt** `channels/old` in `acme-slack`\n");
  });

  test("nothing to do is one line", () => {
    expect(render(planOf([integration([])]))).toBe("**Plumbline plan**: No changes: 5 things are as declared.\n");
  });

  test("the time it was made does not change it", () => {
    const later = { ...samplePlan(), createdAt: "2027-01-01T00:00:00Z" };
    expect(render(later)).toBe(render(samplePlan()));
  });
});

describe("values", () => {
  test("a file and line lead to the commit; without a place to look at they are text", () => {
    const html = toHtml(render(samplePlan()));
    expect(html).toContain(
      '<a href="https://git.example/blob/1a2b3c/manifests/slack.yaml#L21"><code>manifests/slack.yaml:21</code></a>',
    );
    expect(toHtml(render(samplePlan(), { links: undefined }))).not.toContain("<a ");
  });

  test("elements that come and go are named one by one, and each that goes where it is a risk", () => {
    const people = Array.from({ length: 30 }, (_, index) => `person-${index}`);
    const fields = [{ path: "/owners", before: people, after: ["person-0", "new"] }];
    const risky = render(planOf([integration([change({ fields, risks: ["ownership"] })])]));
    expect(risky).toContain('  + owners: "new"');
    for (const person of people.slice(1)) expect(risky).toContain(`  - owners: "${person}"`);
    const plain = render(planOf([integration([change({ fields })])]));
    expect(plain).toContain("    owners: 9 more");
  });

  test("two long values that differ at their end do not look the same", () => {
    const long = "x".repeat(3000);
    const text = render(
      planOf([integration([change({ fields: [{ path: "/topic", before: `${long}1`, after: `${long}2` }] })])]),
    );
    expect(text).toMatch(/- topic: …x+1"\n {2}\+ topic: …x+2"/);
  });

  test("a secret is never more than its name", () => {
    const fields = [{ path: "/config/secret", before: "(sensitive)", after: "(sensitive)", hash: "h1:a:b" }];
    const text = render(planOf([integration([change({ fields })])]));
    expect(text).toContain("+ config.secret: (sensitive) changes");
    expect(text).not.toContain("h1:a:b");
  });

  test("a fence is longer than any run of backticks in what it holds", () => {
    const fields = [{ path: "/topic", before: "a", after: "`````" }];
    expect(render(planOf([integration([change({ fields })])]))).toContain("\n  ``````diff\n");
  });

  test("a line of a value never starts a line of the text, where a host could take it for a command", () => {
    const fields = [{ path: "/topic", before: "a", after: "x\n/close\n/merge" }];
    expect(render(planOf([integration([change({ fields })])]))).not.toMatch(/^\s*\//m);
  });
});

describe("what is cut", () => {
  test("values go first, and it is said", () => {
    const long = Array.from({ length: 300 }, (_, index) =>
      change({ key: `k${index}`, fields: [{ path: "/topic", before: "ä".repeat(300), after: "漢".repeat(300) }] }),
    );
    const text = render(planOf([integration(long)]));
    expect(text).toMatch(/\n_Cut to fit: values are cut to 50 characters\._\n/);
    expect(text).toContain("`channels/k299`");
  });

  test("what was there before goes before creates do", () => {
    const before = numbered(300, "create", "before-").map((one) => ({ ...one, cause: "drift" as const }));
    const plan = planOf([integration([...before, ...numbered(400, "create", "own-")])], { base });
    const text = render(plan);
    expect(text).toMatch(/_Cut to fit: \d+ of 300 differences that were there before are not listed\._/);
    expect(text).toContain("`channels/own-399`");
  });

  test("5,000 deletes are all listed, what their keys begin with written once", () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `repository-of-a-team/label-with-a-name-${index}`);
    const text = render(planOf([integration(keys.map((key) => change({ action: "delete", key })))]));
    expect(text.length).toBeLessThanOrEqual(65_536);
    const listed = new Set(listedKeys(text));
    expect(keys.filter((key) => !listed.has(key))).toEqual([]);
    expect(text).toContain("Every removal is listed.");
  });

  test("a removal that a brake holds back is listed like one that is done", () => {
    const held = numbered(3000, "delete", "gone-").map((one) => ({
      ...one,
      action: "blocked" as const,
      intended: "delete" as const,
      reason: "TooManyRemovals",
      message: "Confirm them.",
    }));
    const text = render(planOf([integration(held)]));
    const listed = new Set(listedKeys(text));
    expect(held.filter(({ key }) => !listed.has(key))).toEqual([]);
  });

  test("removals that cannot fit are counted in the first line", () => {
    const keys = Array.from({ length: 2000 }, (_, index) => `${index}-${"x".repeat(100)}`);
    const text = render(planOf([integration(keys.map((key) => change({ action: "delete", key })))]));
    const [, left = ""] = /^.*\*\*(\d+) of 2000 removals are not listed here\.\*\*\n/.exec(text) ?? [];
    const listed = new Set(listedKeys(text));
    expect(keys.filter((key) => !listed.has(key))).toHaveLength(Number(left));
    expect(text).not.toContain("Every removal");
    expect(text.length).toBeGreaterThan(65_000);
  });

  test("bytes count as well as characters", () => {
    const keys = Array.from({ length: 400 }, (_, index) => `${index}-${"漢".repeat(140)}`);
    const plan = planOf([integration(keys.map((key) => change({ action: "delete", key })))]);
    const text = render(plan, { budget: { characters: 1_000_000, bytes: 100_000 } });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100_000);
    expect(foldedDepth(text)).toEqual({ end: 0, least: 0 });
    expect(outsideCode(text)).not.toContain("漢");
  });

  test("of 5,000 changes every delete is listed, and as many others as there is room for", () => {
    const plan = planOf([integration([...numbered(4500, "create", "made-"), ...numbered(500, "delete", "gone-")])]);
    const text = render(plan);
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text.length).toBeGreaterThan(65_000);
    expect(text).toMatch(/not listed\. Every removal is listed\._/);
    const listed = new Set(listedKeys(text));
    expect(numbered(500, "delete", "gone-").filter(({ key }) => !listed.has(key))).toEqual([]);
  });
});
