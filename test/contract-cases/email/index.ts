/**
 * Mail by SMTP: nothing to observe, one thing to do.
 *
 * A mail server is known by its address, so there is no `identity`; it keeps nothing that could be declared,
 * so there are no resources.
 */
import { defineConnector, Secret, Type } from "../../../src/connector-kit/index.ts";
import { MailReader, MailWriter } from "./client.ts";
import { sendEmail } from "./send-email.ts";
import { settingsOf } from "./settings.ts";

export default defineConnector({
  platform: "email",
  title: "Mail",
  connection: Type.Object(
    {
      host: Type.String({ minLength: 1, description: "The mail server.", examples: ["smtp.acme.example"] }),
      port: Type.Integer({ minimum: 1, maximum: 65_535, description: "Its port.", examples: [587] }),
      from: Type.String({ minLength: 3, description: "The sender's address.", examples: ["ops@acme.example"] }),
      user: Type.String({ minLength: 1, description: "The user name.", examples: ["ops@acme.example"] }),
      security: Type.Optional(
        Type.Enum(["tls", "starttls", "none"], {
          default: "starttls",
          description: "How the connection is encrypted; `none` only for a server on the same machine.",
          examples: ["starttls"],
        }),
      ),
      timeout: Type.Optional(
        Type.String({ pattern: "^[0-9]+(ms|s)$", description: "The longest silence.", examples: ["10s"] }),
      ),
    },
    {
      additionalProperties: false,
      description: "How to reach the mail server.",
      examples: [{ host: "smtp.acme.example", port: 587, from: "ops@acme.example", user: "ops@acme.example" }],
    },
  ),
  credentials: Type.Object(
    { password: Secret({ description: "The user's password.", examples: [{ env: "SMTP_PASSWORD" }] }) },
    {
      additionalProperties: false,
      description: "References to the mail server's secrets.",
      examples: [{ password: { env: "SMTP_PASSWORD" } }],
    },
  ),
  open({ connection, credentials, guard }) {
    const settings = settingsOf(connection, credentials);
    return { reader: new MailReader(settings, guard), writer: new MailWriter(settings, guard) };
  },
  check: (mail) => mail.check(),
  actions: { send_email: sendEmail },
});
