/**
 * Sends one mail.
 *
 * SMTP knows no repetition, so the action is not idempotent; but a run that is tried again sends the same
 * Message-ID, by which many mailboxes put the two together.
 */
import { createHash } from "node:crypto";
import { defineAction, Type } from "../../../src/connector-kit/index.ts";
import type { MailWriter } from "./client.ts";

const address = { pattern: "^[^\\s<>,;@]+@[^\\s<>,;@]+$", maxLength: 254 };
const Addresses = (description: string) =>
  Type.Array(Type.String({ ...address, description: "One address.", examples: ["ada@acme.example"] }), {
    description,
    examples: [["ada@acme.example"]],
  });

export const sendEmail = defineAction({
  description: "Sends a mail.",
  parameters: Type.Object(
    {
      to: Addresses("Who gets it."),
      subject: Type.String({ pattern: "^[^\\r\\n]*$", description: "The subject.", examples: ["Disk is full"] }),
      text: Type.String({ description: "What it says.", examples: ["db-1 has 3 % left."] }),
    },
    {
      additionalProperties: false,
      description: "A mail.",
      examples: [{ to: ["ada@acme.example"], subject: "Disk is full", text: "db-1 has 3 % left." }],
    },
  ),
  result: Type.Object(
    {
      messageId: Type.String({ description: "Its Message-ID.", examples: ["<1f2e@acme.example>"] }),
      accepted: Addresses("Whom the server took it for."),
      rejected: Addresses("Whom it refused."),
    },
    {
      additionalProperties: false,
      description: "What became of it.",
      examples: [{ messageId: "<1f2e@acme.example>", accepted: ["ada@acme.example"], rejected: [] }],
    },
  ),
  run: (mail: MailWriter, { to, subject, text }, { key }) =>
    mail.send({ to, subject, text, messageId: createHash("sha256").update(key).digest("hex").slice(0, 32) }),
});
