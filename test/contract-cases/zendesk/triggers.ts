/**
 * Triggers.
 *
 * A PUT replaces the whole trigger, conditions and actions as well, so what no manifest states is sent as it
 * was read. Only the position is not: it is a place among all triggers, which every move shifts, and sending
 * one that was read a moment ago moves the trigger back. Values are written as numbers or texts and come back
 * as texts. Titles are not unique.
 */
import { defineResource, Type } from "../../../src/connector-kit/index.ts";
import type { Action, Condition, Trigger, TriggerBody, ZendeskReader, ZendeskWriter } from "./client.ts";

const Scalar = Type.Union([Type.String(), Type.Integer()]);
const Value = Type.Union([Type.String(), Type.Integer(), Type.Array(Scalar)], {
  description: "What the field is compared with, or set to.",
  examples: ["solved"],
});
const Field = Type.String({ minLength: 1, description: "A field of the ticket.", examples: ["status"] });

const example = { field: "status", operator: "is", value: "open" };
const Conditions = (description: string) =>
  Type.Optional(
    Type.Array(
      Type.Object(
        {
          field: Field,
          operator: Type.String({ minLength: 1, description: "How they are compared.", examples: ["is"] }),
          value: Value,
        },
        { additionalProperties: false, description: "A condition.", examples: [example] },
      ),
      { "x-kubernetes-list-type": "set", description, examples: [[example]] },
    ),
  );

const TriggerSchema = Type.Object(
  {
    title: Type.String({ minLength: 1, description: "Unique among the triggers.", examples: ["Close solved"] }),
    description: Type.Optional(Type.String({ description: "What it is for.", examples: ["Closes what is solved"] })),
    active: Type.Optional(Type.Boolean({ description: "Whether it runs.", examples: [true] })),
    category: Type.Optional(
      Type.String({ "x-plumbline-ref": "categories", description: "Its category's name.", examples: ["Mail"] }),
    ),
    conditions: Type.Optional(
      Type.Object(
        { all: Conditions("All of these must hold."), any: Conditions("One of these must hold.") },
        { additionalProperties: false, description: "When it runs.", examples: [{ all: [example] }] },
      ),
    ),
    actions: Type.Optional(
      Type.Array(
        Type.Object(
          { field: Field, value: Value },
          { additionalProperties: false, description: "An action.", examples: [{ field: "status", value: "solved" }] },
        ),
        { minItems: 1, description: "What it does, in order.", examples: [[{ field: "status", value: "solved" }]] },
      ),
    ),
  },
  { additionalProperties: false, description: "A trigger.", examples: [{ title: "Close solved" }] },
);

/** A trigger as a manifest states it. */
interface Stated {
  title?: string;
  description?: string;
  active?: boolean;
  /** A category's id, once it is resolved. */
  category?: string;
  conditions?: { all?: Condition[]; any?: Condition[] };
  actions?: Action[];
}

export const triggers = defineResource({
  schema: TriggerSchema,
  key: (trigger) => trigger.title,
  rename: true,
  normalize: (spec) => normalized(spec) as typeof spec,
  async *list(zendesk: ZendeskReader) {
    for await (const trigger of zendesk.triggers())
      yield { id: String(trigger.id), spec: specOf(trigger), raw: trigger };
  },
  async create(zendesk: ZendeskWriter, { desired }) {
    return zendesk.createTrigger(bodyOf(undefined, desired));
  },
  update: (zendesk, { observed, changes }) =>
    zendesk.replaceTrigger(observed.id, bodyOf(observed.raw as Trigger, changes)),
  remove: (zendesk, { id, spec }) => zendesk.deleteTrigger(id, `delete the trigger "${spec.title}"`),
});

function specOf({ title, description, active, category_id: category, conditions, actions }: Trigger) {
  const { all, any } = conditions;
  return { title, description: description ?? "", active, category, conditions: { all, any }, actions };
}

/** The whole trigger: what is stated, and the rest as it is. */
function bodyOf(live: Trigger | undefined, { category, conditions, ...stated }: Partial<Stated>): TriggerBody {
  const kept = live && {
    title: live.title,
    ...(live.description === null ? {} : { description: live.description }),
    active: live.active,
    category_id: live.category_id,
    actions: live.actions,
  };
  return {
    ...kept,
    ...stated,
    ...(category === undefined ? {} : { category_id: category }),
    conditions: { all: [], any: [], ...live?.conditions, ...conditions },
  };
}

/** Texts in place of numbers, as Zendesk gives them back. */
function normalized({ conditions, actions, ...rest }: Stated): Stated {
  const { all, any } = conditions ?? {};
  return {
    ...rest,
    ...(conditions
      ? { conditions: { ...(all ? { all: withTexts(all) } : {}), ...(any ? { any: withTexts(any) } : {}) } }
      : {}),
    ...(actions ? { actions: withTexts(actions) } : {}),
  };
}

function withTexts<T extends { value: unknown }>(parts: readonly T[]): T[] {
  return parts.map((part) => ({
    ...part,
    value: Array.isArray(part.value) ? part.value.map(String) : String(part.value),
  }));
}
