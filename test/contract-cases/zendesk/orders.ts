/**
 * The order in which triggers run, as one thing that is always there.
 *
 * A position on each trigger would be a value that every other trigger's move changes; as one list it is
 * written once, after all triggers are there. Zendesk takes only the order of all triggers.
 */
import { defineResource, Type } from "../../../src/connector-kit/index.ts";
import type { ZendeskReader, ZendeskWriter } from "./client.ts";

const Order = Type.Object(
  {
    of: Type.Enum(["triggers"], { description: "What is ordered.", examples: ["triggers"] }),
    titles: Type.Optional(
      Type.Array(Type.String({ "x-plumbline-ref": "triggers", description: "A title.", examples: ["Close solved"] }), {
        description: "The titles of all triggers, the first that runs first.",
        examples: [["Close solved"]],
      }),
    ),
  },
  { additionalProperties: false, description: "An order.", examples: [{ of: "triggers", titles: ["Close solved"] }] },
);

export const orders = defineResource({
  schema: Order,
  key: (order) => order.of,
  async *list(zendesk: ZendeskReader) {
    const titles = (await Array.fromAsync(zendesk.triggers())).map(({ id }) => String(id));
    yield { id: "triggers", spec: { of: "triggers", titles } };
  },
  update: (zendesk: ZendeskWriter, { desired }) => zendesk.reorder(desired.titles ?? []),
});
