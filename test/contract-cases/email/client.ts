/** A mail server: sees whether it lets us in, and sends. Each takes a connection of its own. */
import { createTransport } from "nodemailer";
import type { Check, OpenContext } from "../../../src/connector-kit/index.ts";
import { classify } from "./failures.ts";
import type { MailSettings } from "./settings.ts";

export interface Message {
  to: readonly string[];
  subject: string;
  text: string;
  /** Without angle brackets. */
  messageId: string;
}

export interface Sent {
  messageId: string;
  accepted: string[];
  rejected: string[];
}

export class MailReader {
  protected readonly settings: MailSettings;
  protected readonly guard: OpenContext["guard"];

  constructor(settings: MailSettings, guard: OpenContext["guard"]) {
    this.settings = settings;
    this.guard = guard;
  }

  /** Connects and logs in; that the sender's address may be used is not shown by it. */
  async check(): Promise<Check> {
    const transporter = createTransport(this.settings.transport);
    await this.guard(
      "log in",
      () => transporter.verify(),
      (error) => classify(error, false),
    );
    return {};
  }
}

export class MailWriter extends MailReader {
  /** Sends a mail. Some recipients may be refused; when all are, it fails. */
  async send({ to, subject, text, messageId }: Message): Promise<Sent> {
    const { from, transport } = this.settings;
    const mail = {
      from,
      to: to.map((address) => ({ name: "", address })),
      subject,
      text,
      messageId: `<${messageId}@${from.slice(from.lastIndexOf("@") + 1)}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    };
    let sending = false;
    const logger = {
      // The commands alone, without the message; of a login only that there was one.
      debug: (_entry: unknown, command?: string) => {
        sending ||= command === "DATA";
      },
    };
    const transporter = createTransport({ ...transport, transactionLog: true, logger });
    const info = await this.guard(
      `send the mail "${subject}"`,
      (signal) => transporter.sendMail({ ...mail, signal }),
      (error) => classify(error, sending),
    );
    return { messageId: info.messageId, accepted: addresses(info.accepted), rejected: addresses(info.rejected) };
  }
}

function addresses(given: readonly (string | { address: string })[]): string[] {
  return given.map((one) => (typeof one === "string" ? one : one.address));
}
