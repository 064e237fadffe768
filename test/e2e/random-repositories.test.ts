/**
 * Whatever is declared and whatever somebody does outside: after an apply the system is as the manifest states,
 * the next plan is empty, and what nobody declared is as it was.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type GitHubPlace, gitHubPlace } from "./place.ts";
import { declare, defined, optional, reach, runs, text } from "./random.ts";

interface Label {
  name: string;
  color: string;
  description?: string | undefined;
}

interface Repository {
  name: string;
  description?: string | undefined;
  topics?: string[] | undefined;
  has_wiki?: boolean | undefined;
  labels?: Label[] | undefined;
}

const names = ["billing", "Website", "docs"];
const label: fc.Arbitrary<Label> = fc.record({
  name: fc.constantFrom("bug", "area/api", "~tilde", "a b", "50%"),
  color: fc.constantFrom("008672", "ABCDEF", "5319e7"),
  description: optional(text),
});
const repository: fc.Arbitrary<Repository> = fc.record({
  name: fc.constantFrom(...names),
  description: optional(text),
  topics: optional(fc.uniqueArray(fc.constantFrom("a", "b", "payments"), { maxLength: 3 })),
  has_wiki: optional(fc.boolean()),
  labels: optional(fc.uniqueArray(label, { selector: ({ name }) => name, maxLength: 3 })),
});
const repositories = fc.uniqueArray(repository, { selector: ({ name }) => name, minLength: 1, maxLength: 3 });
const repositoryTampering = fc.record({
  name: fc.constantFrom(...names),
  how: fc.constantFrom("describe", "topics", "rename", "delete", "recolor", "unlabel", "relabel"),
});

/** What one pull request declares, after somebody did something outside. */
const step = fc.record({ tamperings: fc.array(repositoryTampering, { maxLength: 3 }), declared: repositories });

/** All runs share an hour's quota of GitHub, 5000 requests, of which 80 runs make that many. */
const MOST_RUNS = 60;

test("repositories and labels: an apply reaches what is stated, the next plan is empty, and nothing else is touched", async () => {
  const place = await gitHubPlace(["repositories.yaml"], { repositories: [{ name: "theirs", description: "own" }] });
  await place.github.api("POST", "/repos/acme/theirs/labels", { name: "bug", color: "ffffff" });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 2 }), async (steps) => {
      for (const { tamperings, declared } of steps) {
        for (const tampering of tamperings) await tamperRepository(place, tampering);
        const untouched = ["theirs", ...names.filter((name) => !declared.some((entry) => entry.name === name))];
        const before = await seen(place, untouched);
        declare(place, { file: "repositories.yaml", kind: "repositories", entries: declared, prune: false });
        await reach(place);
        for (const entry of declared) await expectRepository(place, entry);
        expect(await seen(place, untouched)).toEqual(before);
      }
    }),
    { ...runs, numRuns: Math.min(runs.numRuns, MOST_RUNS) },
  );
});

function seen({ github }: GitHubPlace, repositories: readonly string[]): Promise<unknown[]> {
  return Promise.all(
    repositories.map(async (name) => {
      const repository = await github.repository(name);
      return repository && [repository, await github.labels(name)];
    }),
  );
}

async function expectRepository({ github }: GitHubPlace, entry: Repository): Promise<void> {
  const { labels = [], topics, description, ...fields } = entry;
  const found = (await github.repository(entry.name)) as Record<string, unknown>;
  expect(found).toMatchObject(defined(fields));
  if (description !== undefined) expect(found.description ?? "").toBe(description);
  if (topics) expect([...(found.topics as string[])].sort()).toEqual([...topics].sort());
  const live = await github.labels(entry.name);
  for (const { name, color, description: about } of labels) {
    expect(live[name]?.color.toLowerCase(), name).toBe(color.toLowerCase());
    if (about !== undefined) expect(live[name]?.description ?? "").toBe(about);
  }
}

async function tamperRepository({ github }: GitHubPlace, { name, how }: { name: string; how: string }): Promise<void> {
  const path = `/repos/acme/${name}`;
  const [first] = Object.keys(await github.labels(name));
  const one = `${path}/labels/${encodeURIComponent(first ?? "none")}`;
  if (how === "describe") await github.api("PATCH", path, { description: "tampered" });
  if (how === "topics") await github.api("PUT", `${path}/topics`, { names: ["tampered"] });
  if (how === "rename") await github.api("PATCH", path, { name: `${name}-x` });
  if (how === "delete") await github.api("DELETE", path);
  if (how === "recolor") await github.api("PATCH", one, { color: "000000" });
  if (how === "unlabel") await github.api("DELETE", one);
  if (how === "relabel") await github.api("PATCH", one, { new_name: "tampered" });
}
