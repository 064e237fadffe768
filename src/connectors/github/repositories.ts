/**
 * Repositories of an organisation or a person.
 *
 * The list lacks the merge options and some settings, which are read one by one for the repositories
 * that state them; without admin rights, and on archived repositories, GitHub leaves them out there
 * too: they are then unknown, not off. An archived repository takes no writes, and stays archived
 * unless the manifest says `archived: false`. Taking one out of the manifest archives it: a deletion
 * cannot be undone by the API.
 */
import { ConnectorError, defineResource, type Spec, type Static, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter, RawRepository } from "./client.ts";

const flag = (description: string) => Type.Optional(Type.Boolean({ description, examples: [true] }));
const choice = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Optional(Type.Enum([...values] as [...T], { description, examples: [values[0]] }));
const createOnly = { "x-plumbline-create-only": true };

const Repository = Type.Object(
  {
    name: Type.String({
      pattern: "^[A-Za-z0-9._-]+$",
      minLength: 1,
      maxLength: 100,
      "x-plumbline-compare": "caseInsensitive",
      description: "The repository's name, without its owner. Upper and lower case are one.",
      examples: ["billing"],
    }),
    description: Type.Optional(
      Type.String({ maxLength: 350, description: "A short description.", examples: ["Invoices and payments"] }),
    ),
    homepage: Type.Optional(
      Type.String({ description: "The address of its web page.", examples: ["https://example.com"] }),
    ),
    visibility: Type.Optional(
      Type.Enum(["private", "public", "internal"], {
        "x-plumbline-risk": "visibility",
        description: "Who may see it; internal exists on GitHub Enterprise.",
        examples: ["private"],
      }),
    ),
    private: Type.Optional(
      Type.Boolean({
        deprecated: true,
        "x-plumbline-risk": "visibility",
        description: "Whether it is private; visibility says more.",
        examples: [true],
      }),
    ),
    topics: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 50, description: "A topic.", examples: ["payments"] }), {
        maxItems: 20,
        "x-kubernetes-list-type": "set",
        description: "All its topics: lower-case letters, digits and -.",
        examples: [["payments"]],
      }),
    ),
    default_branch: Type.Optional(
      Type.String({ minLength: 1, description: "The default branch; it has to exist.", examples: ["main"] }),
    ),
    archived: flag("Whether it is archived: read-only, but kept."),
    has_issues: flag("Whether it has issues."),
    has_projects: flag("Whether it has projects."),
    has_wiki: flag("Whether it has a wiki."),
    is_template: flag("Whether others can be made after it."),
    allow_squash_merge: flag("Whether pull requests may be squashed."),
    allow_merge_commit: flag("Whether pull requests may be merged by a merge commit."),
    allow_rebase_merge: flag("Whether pull requests may be rebased."),
    allow_auto_merge: flag("Whether pull requests may be merged once they are ready."),
    allow_update_branch: flag("Whether pull requests always offer to update their branch."),
    allow_forking: flag("Whether private repositories may be forked."),
    delete_branch_on_merge: flag("Whether a merged pull request's branch is deleted."),
    squash_merge_commit_title: choice(["PR_TITLE", "COMMIT_OR_PR_TITLE"], "The title of a squashed commit."),
    squash_merge_commit_message: choice(["PR_BODY", "COMMIT_MESSAGES", "BLANK"], "The message of a squashed commit."),
    merge_commit_title: choice(["PR_TITLE", "MERGE_MESSAGE"], "The title of a merge commit."),
    merge_commit_message: choice(["PR_BODY", "PR_TITLE", "BLANK"], "The message of a merge commit."),
    web_commit_signoff_required: flag("Whether commits made in the browser have to be signed off."),
    auto_init: Type.Optional(
      Type.Boolean({
        ...createOnly,
        description: "Make a first commit with a README; only when it is created.",
        examples: [true],
      }),
    ),
    gitignore_template: Type.Optional(
      Type.String({
        ...createOnly,
        description: "A .gitignore to begin with; only when it is created.",
        examples: ["Node"],
      }),
    ),
    license_template: Type.Optional(
      Type.String({
        ...createOnly,
        description: "A licence to begin with; only when it is created.",
        examples: ["apache-2.0"],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "A repository.",
    examples: [{ name: "billing", visibility: "private", topics: ["payments"] }],
  },
);

type Repository = Static<typeof Repository>;

/** Fields that creating takes ("Create an organization repository"); the others are set right after. */
const onCreate = new Set([
  "name",
  "description",
  "homepage",
  "private",
  "visibility",
  "has_issues",
  "has_projects",
  "has_wiki",
  "is_template",
  "auto_init",
  "gitignore_template",
  "license_template",
  "allow_squash_merge",
  "allow_merge_commit",
  "allow_rebase_merge",
  "allow_auto_merge",
  "delete_branch_on_merge",
  "squash_merge_commit_title",
  "squash_merge_commit_message",
  "merge_commit_title",
  "merge_commit_message",
]);
const fields = Object.keys(Repository.properties);
/** Texts that GitHub answers as null when they are empty; any other null says that a field is not known. */
const emptyAsNull = new Set(["description", "homepage"]);
/** How many repositories are read at once, where each takes a request. */
const READ_AT_ONCE = 8;

export const repositories = defineResource({
  schema: Repository,
  key: (repository) => repository.name,
  normalizeKey: (name) => name.toLowerCase(),
  normalize: (repository) =>
    repository.topics ? { ...repository, topics: repository.topics.map((topic) => topic.toLowerCase()) } : repository,
  rename: true,
  onRemove: "Archive",
  async *list(github: GitHubReader) {
    for await (const raw of github.repositories()) yield observedOf(raw);
  },
  async *detail(github, observed) {
    for (let at = 0; at < observed.length; at += READ_AT_ONCE) {
      const some = observed.slice(at, at + READ_AT_ONCE);
      const answers = await Promise.all(some.map(({ spec }) => readable(github.repository(spec.name as string))));
      for (const raw of answers) if (raw) yield observedOf(raw);
    }
  },
  async create(github: GitHubWriter, { desired }) {
    const { archived: _, ...stated } = desired;
    const body = Object.fromEntries(Object.entries(stated).filter(([name]) => onCreate.has(name)));
    // GitHub takes `visibility`; some servers only know `private`, so both are sent.
    const hidden = desired.visibility === undefined ? {} : { private: desired.visibility !== "public" };
    const { id } = await github.createRepository({ ...body, ...hidden, name: desired.name });
    const later = Object.entries(stated).filter(([name, value]) => !onCreate.has(name) && !isEmpty(value));
    return { id, unset: later.map(([name]) => name) };
  },
  async update(github, { observed, desired, changes }) {
    const { topics, ...rest } = { ...changes, ...titlesOf(changes, { ...observed.spec, ...desired }) };
    const name = observed.spec.name as string;
    if (Object.keys(rest).length > 0) await github.updateRepository(name, rest);
    if (topics !== undefined) await github.replaceTopics(rest.name ?? name, topics);
  },
  remove: (github, { spec }) => github.deleteRepository(spec.name as string),
  archived: {
    unstated: "asIs",
    archive: (github, { spec }) => github.updateRepository(spec.name as string, { archived: true }),
    unarchive: (github, { spec }) => github.updateRepository(spec.name as string, { archived: false }),
  },
});

/** GitHub takes a commit message only along with its title ("Update a repository"). */
function titlesOf(changes: Partial<Repository>, known: Partial<Repository>): Partial<Repository> {
  const squash = changes.squash_merge_commit_message !== undefined && known.squash_merge_commit_title;
  const merge = changes.merge_commit_message !== undefined && known.merge_commit_title;
  return {
    ...(squash ? { squash_merge_commit_title: squash } : {}),
    ...(merge ? { merge_commit_title: merge } : {}),
  };
}

/** What the answer holds. */
function observedOf(raw: RawRepository): { id: string; spec: Spec; raw: unknown } {
  const spec: Spec = {};
  for (const field of fields) {
    const value = (raw as unknown as Record<string, unknown>)[field];
    if (value === null && emptyAsNull.has(field)) spec[field] = "";
    else if (value !== undefined && value !== null) spec[field] = value;
  }
  return { id: String(raw.id), spec, raw };
}

/** One repository that may not be read leaves its fields unknown; it does not hold up the others. */
async function readable(read: Promise<RawRepository>): Promise<RawRepository | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ConnectorError && (error.code === "PERMISSION" || error.code === "NOT_FOUND"))
      return undefined;
    throw error;
  }
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
