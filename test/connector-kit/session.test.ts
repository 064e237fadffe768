/** Sessions, and the guard for what is not HTTP. */
import { describe, expect, test } from "vitest";
import {
  type Connector,
  createTransport,
  openSession,
  Secret,
  type SessionOptions,
  Type,
} from "../../src/connector-kit/index.ts";
import { VirtualClock } from "../support/clock.ts";
import { failure } from "./failures.ts";
import { acme, opened, TOKEN } from "./http-fixture.ts";

type Guard = Parameters<Connector["open"]>[0]["guard"];

/** A connector without HTTP, whose reader and writer are their guards. */
const mail: Connector = {
  platform: "mail",
  title: "Mail",
  connection: Type.Object({ host: Type.String(), port: Type.Integer() }),
  credentials: Type.Object({ password: Secret() }),
  limits: [{ name: "send mail", requests: 1, per: "1s", source: "mail.test" }],
  open: ({ guard }) => ({ reader: guard, writer: guard }),
  check: async () => ({ account: { id: "me" } }),
};

async function openMail(options: Partial<SessionOptions> = {}) {
  const clock = new VirtualClock();
  const transport = createTransport({ clock });
  const connection = { host: "SMTP.test", port: 587 };
  const credentials = { password: "p4ssw0rd" };
  const session = await openSession(mail, { transport, connection, credentials, lane: "interactive", ...options });
  return { session, clock, read: session.reader as Guard, write: session.writer as Guard };
}

describe("a session", () => {
  test("knows where the system is", async () => {
    expect((await openMail()).session.origin).toBe("smtp.test:587");
    expect((await opened()).session.origin).toBe("https://api.acme.test");
    expect((await openMail({ connection: { host: "h" } })).session.origin).toBe("h");
    expect((await openMail({ connection: {} })).session.origin).toBe("mail");
    expect((await openMail({ connection: { url: "https://Hook.test/secret" } })).session.origin).toBe(
      "https://hook.test",
    );
  });

  test("has a check, and an identity only where the connector has one", async () => {
    const { session } = await openMail();
    expect([await session.check(), await session.identity()]).toEqual([{ account: { id: "me" } }, undefined]);
    const known = await opened({ connector: acme({ identity: async () => ({ id: "T1" }) }) });
    expect(await known.session.identity()).toEqual({ id: "T1" });
  });

  test("hides every credential in a text, also one inside a map", async () => {
    const channels = { ops: "https://discord.test/api/hooks/1234567890/abcdefghijklmnopqrstuvwx" };
    const credentials = { password: "p4ssw0rd", channels } as unknown as Record<string, string>;
    const { session } = await openMail({ credentials });
    expect(session.redact("a p4ssw0rd b")).toBe("a (sensitive) b");
    expect(session.redact("POST /api/hooks/1234567890/abcdefghijklmnopqrstuvwx")).toBe("POST (sensitive)");
  });

  test("makes an UNSUPPORTED of a mistake in a connector's open", async () => {
    const connector = acme({
      open: ({ credentials }) => {
        throw new Error(`cannot use ${credentials.token}`);
      },
    });
    const error = await failure(opened({ connector }));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toBe("The connector for Acme failed: cannot use (sensitive)");
  });

  test("lets a connector's own ConnectorError through, its secrets taken out", async () => {
    const { session } = await opened();
    const { ConnectorError } = await import("../../src/connector-kit/index.ts");
    const original = new ConnectorError("CONFLICT", `taken by ${TOKEN}`, { platformCode: "name_taken", status: 409 });
    const error = await failure(session.guardErrors(() => Promise.reject(original)));
    expect(error).toMatchObject({
      code: "CONFLICT",
      platformCode: "name_taken",
      status: 409,
      message: "taken by (sensitive)",
    });
  });
});

describe("waiting", () => {
  /** A connector whose reader is its waiting. */
  const patient: Connector = { ...mail, open: ({ wait }) => ({ reader: wait, writer: wait }) };
  const openPatient = async (options: Partial<SessionOptions> = {}) => {
    const clock = new VirtualClock();
    const transport = createTransport({ clock });
    const settings = { transport, connection: {}, credentials: {}, lane: "background", ...options } as const;
    const { reader } = await openSession(patient, settings);
    return { clock, wait: reader as (milliseconds: number) => Promise<void> };
  };

  test("goes by the session's clock", async () => {
    const { clock, wait } = await openPatient();
    await wait(17_000);
    expect(clock.monotonic()).toBe(17_000);
  });

  test.each([
    { name: "in the background", options: {}, most: 120_000 },
    { name: "for a person", options: { lane: "interactive" }, most: 30_000 },
    { name: "for whoever says so", options: { maxWait: 5 }, most: 5 },
  ] as const)("is refused at once for longer than is waited for $name", async ({ options, most }) => {
    const { clock, wait } = await openPatient(options);
    const error = await failure(wait(most + 1));
    expect(error).toMatchObject({ code: "RATE_LIMITED", retryable: true, retryAfter: most + 1 });
    expect(clock.monotonic()).toBe(0);
    await wait(most);
  });
});

describe("a guard", () => {
  test("hands on what was done, and counts it by who did it", async () => {
    const { session, read, write } = await openMail();
    expect(await read("look", async () => 1)).toBe(1);
    expect(await write("send mail", async () => 2)).toBe(2);
    expect(session.requests).toEqual({ read: 1, write: 1 });
  });

  test("keeps to the limit of its name", async () => {
    const { write, clock } = await openMail();
    for (let times = 0; times < 3; times += 1) await write("send mail", async () => undefined);
    expect(clock.monotonic()).toBe(2000);
  });

  test("runs nothing of a writer that waited beyond the right to write, and all of a reader", async () => {
    const clock = new VirtualClock();
    const mayWrite = (milliseconds: number) => clock.monotonic() + milliseconds < 9500;
    const { read, write } = await openMail({ transport: createTransport({ clock }), mayWrite });
    let sent = 0;
    const send = () => write("send mail", async () => ++sent);
    await send();
    expect(await failure(send())).toMatchObject({ code: "UNAVAILABLE", retryable: true, heldBack: true });
    expect([sent, clock.monotonic(), await read("look", async () => 1)]).toEqual([1, 1000, 1]);
  });

  test("makes an unknown error UNAVAILABLE, with unknown outcome and without secrets", async () => {
    const { write } = await openMail();
    const error = await failure(write("send mail", () => Promise.reject(new Error("535 p4ssw0rd rejected"))));
    expect(error).toMatchObject({ code: "UNAVAILABLE", outcomeUnknown: true });
    expect(error.message).toBe("Mail failed to send mail: 535 (sensitive) rejected");
    expect(String((error.cause as Error).stack)).not.toContain("p4ssw0rd");
  });

  test("takes the connector's word for what an error is", async () => {
    const { write } = await openMail();
    const classify = () => ({ code: "AUTH", message: "bad login", platformCode: "535" }) as const;
    const error = await failure(write("send mail", () => Promise.reject(new Error("x")), classify));
    expect(error).toMatchObject({ code: "AUTH", platformCode: "535", outcomeUnknown: false });
  });

  test.each([
    { code: "UNAVAILABLE", rejected: false, outcomeUnknown: true },
    { code: "TIMEOUT", rejected: false, outcomeUnknown: true },
    { code: "TIMEOUT", rejected: true, outcomeUnknown: false },
    { code: "VALIDATION", rejected: false, outcomeUnknown: false },
  ] as const)("$code, rejected: $rejected, leaves the outcome unknown: $outcomeUnknown", async (row) => {
    const { write } = await openMail();
    const classify = () => ({ code: row.code, rejected: row.rejected, message: "x" });
    const error = await failure(write("send mail", () => Promise.reject(new Error("x")), classify));
    expect(error.outcomeUnknown).toBe(row.outcomeUnknown);
  });

  test("opens the breaker after five failures in a row, and runs nothing meanwhile", async () => {
    const { read, session } = await openMail();
    for (let times = 0; times < 5; times += 1) await failure(read("look", () => Promise.reject(new Error("x"))));
    expect((await failure(read("look", async () => 1))).message).toContain("rests until 12:00:30 UTC");
    expect(session.requests.read).toBe(5);
  });
});
