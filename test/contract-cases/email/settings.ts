/**
 * What nodemailer is told (nodemailer.com/smtp).
 *
 * With STARTTLS it is required: else a server, or who stands before it, that hides the offer gets mail and
 * password in clear text. Files and addresses inside a message are never read.
 */
import type { createTransport } from "nodemailer";
import { type OpenContext, parseDuration } from "../../../src/connector-kit/index.ts";

export interface MailSettings {
  transport: Exclude<Parameters<typeof createTransport>[0], string | undefined> & object;
  from: string;
}

export function settingsOf(
  { host, port, user, from, security = "starttls", timeout = "10s" }: OpenContext["connection"],
  { password }: OpenContext["credentials"],
): MailSettings {
  const silence = parseDuration(String(timeout));
  return {
    from: String(from),
    transport: {
      host: String(host),
      port: Number(port),
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      auth: { user: String(user), pass: String(password) },
      connectionTimeout: silence,
      greetingTimeout: silence,
      socketTimeout: silence,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
  };
}
