/** Mail servers on free ports of 127.0.0.1: one that works, with refusals to order, and one that falls silent. */
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export const USER = "ops@acme.example";
export const PASSWORD = "c0rrect-h0rse-battery";

export interface MailServer {
  port: number;
  /** What was taken, whole. */
  mails: string[];
  /** How often somebody tried to log in. */
  logins(): number;
  close(): Promise<void>;
}

export interface MailServerOptions {
  /** Recipients that are refused, with the reply's code. */
  refuses?: Readonly<Record<string, number>>;
}

export async function startMailServer({ refuses = {} }: MailServerOptions = {}): Promise<MailServer> {
  const mails: string[] = [];
  let logins = 0;
  const options: SMTPServerOptions = {
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, callback) {
      logins += 1;
      if (username === USER && password === PASSWORD) return callback(null, { user: username });
      // A server that repeats what it was sent, as it is and as AUTH PLAIN encodes it.
      const sent = Buffer.from(`\0${username}\0${password}`).toString("base64");
      return callback(new Error(`Wrong password ${password} in AUTH PLAIN ${sent}`));
    },
    onRcptTo({ address }, _session, callback) {
      const code = refuses[address];
      if (code === undefined) return callback();
      return callback(Object.assign(new Error("no such mailbox here"), { responseCode: code }));
    },
    onData(stream, _session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        mails.push(Buffer.concat(chunks).toString("utf8"));
        callback(null, "queued");
      });
    },
  };
  const server = new SMTPServer(options);
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    logins: () => logins,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Answers each command with the next reply and then no more. @param replies the greeting first. */
export async function startSilentServer(replies: readonly string[]): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const left = [...replies];
    const reply = () => {
      const next = left.shift();
      if (next !== undefined) socket.write(`${next}\r\n`);
    };
    socket.on("error", () => undefined);
    socket.on("data", reply);
    reply();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
