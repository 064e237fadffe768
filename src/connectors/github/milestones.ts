/**
 * Milestones of a repository.
 *
 * GitHub keeps the day that a milestone is due and no time: it comes back as midnight in California, and a time
 * that is sent may move it to the day before. So days are compared, and noon there is sent. Creating takes no
 * null for the day, changing does. A milestone is addressed by its number, which a new title does not change.
 */
import { defineResource, type Observed, perParent, type Static, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import {
  createMilestone,
  deleteMilestone,
  listMilestones,
  type MilestoneFields,
  type RawMilestone,
  updateMilestone,
} from "./milestones-api.ts";

const Milestone = Type.Object(
  {
    title: Type.String({
      minLength: 1,
      maxLength: 255,
      description: "The milestone's title, unique in its repository.",
      examples: ["1.0"],
    }),
    state: Type.Optional(
      Type.Enum(["open", "closed"], { description: "Whether it is reached or given up.", examples: ["open"] }),
    ),
    description: Type.Optional(
      Type.String({ description: "What it is about.", examples: ["The first public release"] }),
    ),
    due_on: Type.Optional(
      Type.String({
        pattern: "^(\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])(T.*)?)?$",
        description: "The day it is due; a time is not kept by GitHub and not compared. An empty text: no day.",
        examples: ["2027-03-31"],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "A milestone.",
    examples: [{ title: "1.0", due_on: "2027-03-31" }],
  },
);

type Milestone = Static<typeof Milestone>;

/** Noon or 13:00 in California, where GitHub's days begin and end. */
const TIME = "T20:00:00Z";

export const milestones = defineResource({
  schema: Milestone,
  parent: "repositories",
  key: (milestone) => milestone.title,
  normalize: (milestone) =>
    milestone.due_on === undefined ? milestone : { ...milestone, due_on: milestone.due_on.slice(0, 10) },
  rename: true,
  list: (github: GitHubReader, { parents }) =>
    perParent(parents, async function* (repository) {
      for await (const raw of listMilestones(github, repository.spec.name as string)) yield observedOf(raw);
    }),
  async create(github: GitHubWriter, { desired, parent }) {
    const { due_on: due, ...rest } = desired;
    const milestone = due ? { ...rest, ...fieldsOf({ due_on: due }) } : rest;
    const { number } = await createMilestone(github, parent.spec.name as string, {
      ...milestone,
      title: desired.title,
    });
    return { id: String(number) };
  },
  update: (github, { observed, changes }) =>
    updateMilestone(github, observed.parent?.spec.name as string, calledAs(observed), fieldsOf(changes)),
  remove: (github, observed) => deleteMilestone(github, observed.parent?.spec.name as string, calledAs(observed)),
});

function observedOf({ number, title, state, description, due_on }: RawMilestone): { id: string; spec: Milestone } {
  return { id: String(number), spec: { title, state, description: description ?? "", due_on: due_on ?? "" } };
}

function calledAs({ id, spec }: Observed<Milestone>): { number: string; title: string } {
  return { number: id, title: spec.title as string };
}

function fieldsOf({ due_on: due, ...rest }: Partial<Milestone>): MilestoneFields {
  if (due === undefined) return rest;
  return { ...rest, due_on: due === "" ? null : `${due.slice(0, 10)}${TIME}` };
}
