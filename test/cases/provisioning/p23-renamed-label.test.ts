/** A label that is renamed in the file. Public report: github.com/micnncim/action-label-syncer/issues/44 (2020). */
import { expect, test } from "vitest";
import { changesOf, githubManifest, onGitHub } from "../stage.ts";

const labelled = (label: string): string =>
  githubManifest(`    repositories:
      - name: billing
        labels: [${label}]
`);

async function withLabelledIssue() {
  const stage = await onGitHub({ "acme.yaml": labelled('{ name: bug, color: "d73a4a" }') });
  await stage.expectQuiet();
  await stage.github.api("POST", "/repos/acme/billing/issues", { title: "broken", labels: ["bug"] });
  const labelsOfIssue = async () => {
    const { body } = await stage.github.api("GET", "/repos/acme/billing/issues/1");
    return (body as { labels: { name: string }[] }).labels.map(({ name }) => name);
  };
  return { stage, labelsOfIssue };
}

test("without a word about its former name the plan shows a removal and a new label", async () => {
  const { stage } = await withLabelledIssue();
  stage.write("acme.yaml", labelled('{ name: kind/bug, color: "d73a4a" }'));
  expect(changesOf(await stage.plan())).toEqual([
    expect.stringMatching(/create .*kind~1bug/),
    expect.stringMatching(/delete .*billing\/bug/),
  ]);
});

test("with its former name it is renamed in place, and its issues keep it", async () => {
  const { stage, labelsOfIssue } = await withLabelledIssue();
  stage.write("acme.yaml", labelled('{ name: kind/bug, color: "d73a4a", lifecycle: { previously: [bug] } }'));
  await stage.expectQuiet();
  expect(await labelsOfIssue()).toEqual(["kind/bug"]);
});
