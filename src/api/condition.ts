/** Conditions, after the Kubernetes API conventions ("Typical status properties") and kstatus. */
import { type Static, Type } from "./schema.ts";

/** One observed fact about an object. */
export const Condition = Type.Object(
  {
    type: Type.String({
      description: "What the condition is about: Ready, Reconciling, Stalled, Connected, InSync, Accepted.",
      examples: ["Ready"],
    }),
    status: Type.Enum(["True", "False", "Unknown"], { description: "Whether it holds.", examples: ["True"] }),
    reason: Type.String({ description: "Why, as one CamelCase word.", examples: ["InSync"] }),
    message: Type.String({ description: "Why, for people.", examples: ["5 things are as declared."] }),
    lastTransitionTime: Type.String({
      format: "date-time",
      description: "When the status last changed.",
      examples: ["2026-11-25T12:00:00Z"],
    }),
    observedGeneration: Type.Optional(
      Type.Integer({ description: "The generation of the spec that this is about.", examples: [3] }),
    ),
  },
  {
    additionalProperties: false,
    description: "One observed fact about an object.",
    examples: [
      {
        type: "Ready",
        status: "True",
        reason: "InSync",
        message: "5 things are as declared.",
        lastTransitionTime: "2026-11-25T12:00:00Z",
        observedGeneration: 3,
      },
    ],
  },
);
export type Condition = Static<typeof Condition>;
