/**
 * Labels of a repository.
 *
 * GitHub takes names that differ only in case for one, keeps the case, and renames in place, so that
 * issues keep the label. Colours come back in lower case and without `#`.
 */
import { defineResource, perParent, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";

const Label = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 50,
      description: "The label's name, unique in its repository; upper and lower case are one.",
      examples: ["bug"],
    }),
    color: Type.Optional(
      Type.String({
        pattern: "^[0-9A-Fa-f]{6}$",
        description: 'Six hex digits without #. Quote it: some, such as "008672", are numbers to YAML.',
        examples: ["d73a4a"],
      }),
    ),
    description: Type.Optional(
      Type.String({ maxLength: 100, description: "A short description.", examples: ["Something is broken"] }),
    ),
  },
  { additionalProperties: false, description: "A label.", examples: [{ name: "bug", color: "d73a4a" }] },
);

export const labels = defineResource({
  schema: Label,
  parent: "repositories",
  key: (label) => label.name,
  normalizeKey: (name) => name.toLowerCase(),
  normalize: (label) => (label.color === undefined ? label : { ...label, color: label.color.toLowerCase() }),
  rename: true,
  list: (github: GitHubReader, { parents }) =>
    perParent(parents, async function* (repository) {
      for await (const { id, name, color, description } of github.labels(repository.spec.name as string)) {
        yield { id: String(id), spec: { name, color, description: description ?? "" } };
      }
    }),
  create: (github: GitHubWriter, { desired, parent }) => github.createLabel(parent.spec.name as string, desired),
  update: (github, { observed, changes }) => {
    const { name, ...rest } = changes;
    const fields = name === undefined ? rest : { ...rest, new_name: name };
    return github.updateLabel(observed.parent?.spec.name as string, observed.spec.name as string, fields);
  },
  remove: (github, { parent, spec }) => github.deleteLabel(parent?.spec.name as string, spec.name as string),
});
