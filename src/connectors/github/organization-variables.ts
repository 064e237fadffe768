/**
 * Variables of GitHub Actions that an organisation shares with its repositories.
 *
 * Which repositories see one is a visibility, and for `selected` a list that is read with a request of its own.
 * GitHub takes the list along with that visibility only, so the two are written together.
 */
import { ConnectorError, defineResource, type Static, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { organizationScope } from "./scopes.ts";
import { someAtOnce } from "./some-at-once.ts";
import { variableFields } from "./variables.ts";
import {
  createVariable,
  deleteVariable,
  listVariables,
  selectedRepositories,
  updateVariable,
  type VariableFields,
} from "./variables-api.ts";

const OrganizationVariable = Type.Object(
  {
    ...variableFields,
    visibility: Type.Enum(["all", "private", "selected"], {
      description: "Which repositories see it: all, the private and internal ones, or the selected ones.",
      examples: ["selected"],
    }),
    selected_repositories: Type.Optional(
      Type.Array(Type.String({ minLength: 1, description: "A repository's name.", examples: ["billing"] }), {
        "x-kubernetes-list-type": "set",
        "x-plumbline-ref": "repositories",
        description: "All repositories that see it, by name, where its visibility is selected.",
        examples: [["billing"]],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "A variable of the organisation.",
    examples: [{ name: "REGION", value: "eu-central-1", visibility: "selected", selected_repositories: ["billing"] }],
  },
);
type OrganizationVariable = Static<typeof OrganizationVariable>;

export const organizationVariables = defineResource({
  schema: OrganizationVariable,
  key: (variable) => variable.name,
  normalizeKey: (name) => name.toUpperCase(),
  normalize: (variable) =>
    variable.name === undefined ? variable : { ...variable, name: variable.name.toUpperCase() },
  rename: true,
  async *list(github: GitHubReader) {
    for await (const { name, value, visibility } of listVariables(github, organizationScope(github))) {
      yield { id: name, spec: { name, value, ...(visibility === undefined ? {} : { visibility }) } };
    }
  },
  async *detail(github, observed, fields) {
    if (!fields.has("selected_repositories")) return;
    yield* someAtOnce(observed, async (variable) => {
      const isSelected = variable.spec.visibility === "selected";
      const ids = isSelected ? await selectedRepositories(github, organizationScope(github), variable.id) : [];
      return { ...variable, spec: { selected_repositories: ids.map(String) } };
    });
  },
  async create(github: GitHubWriter, { desired }) {
    const name = desired.name.toUpperCase();
    const { value } = desired;
    await createVariable(github, organizationScope(github), { name, value, ...audienceOf(desired) });
    return { id: name };
  },
  async update(github, { observed, desired, changes }) {
    const { name, value } = changes;
    const reaches = changes.visibility !== undefined || changes.selected_repositories !== undefined;
    await updateVariable(github, organizationScope(github), observed.id, {
      ...(name === undefined ? {} : { name }),
      ...(value === undefined ? {} : { value }),
      ...(reaches ? audienceOf(desired) : {}),
    });
  },
  remove: (github, { id }) => deleteVariable(github, organizationScope(github), id),
});

/**
 * Who sees a variable, as GitHub takes it.
 *
 * @throws ConnectorError for repositories that are selected while others see it too.
 */
function audienceOf({
  name,
  visibility,
  selected_repositories: selected,
}: OrganizationVariable): Pick<VariableFields, "visibility" | "selected_repository_ids"> {
  if (visibility === "selected") {
    return { visibility, ...(selected ? { selected_repository_ids: selected.map(Number) } : {}) };
  }
  if (!selected?.length) return { visibility };
  throw new ConnectorError(
    "VALIDATION",
    `The variable ${name} states selected_repositories, which needs \`visibility: selected\`, not ${visibility}.`,
  );
}
