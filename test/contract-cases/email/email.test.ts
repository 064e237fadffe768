/** A connector without HTTP and without resources: the guard, the check, one action. */
import { describe, expect, test } from "vitest";
import type { Action, ActionRun } from "../../../src/connector-kit/index.ts";
import {
  ConnectorError,
  compileConnector,
  createTransport,
  openSession,
  type Session,
} from "../../../src/connector-kit/index.ts";
import { engine, lines } from "../../support/engine.ts";
import email from "./index.ts";
import { type MailServerOptions, PASSWORD, startMailServer, startSilentServer, USER } from "./server.ts";

interface Settings {
  port: number;
  password?: string;
  security?: string;
  /** The longest silence; default so long that a busy machine does not matter. */
  timeout?: string;
}

async function withSession<T>(
  { port, password, security, timeout }: Settings,
  run: (session: Session) => Promise<T>,
): Promise<T> {
  const transport = createTransport();
  try {
    const session = await openSession(email, {
      transport,
      connection: {
        ...{ host: "127.0.0.1", port, from: "Ops@acme.example", user: USER },
        ...{ security: security ?? "none", timeout: timeout ?? "10s" },
      },
      credentials: { password: password ?? PASSWORD },
      lane: "interactive",
    });
    return await run(session);
  } finally {
    await transport.close();
  }
}

const mail = { to: ["ada@acme.example"], subject: "Disk is full", text: "db-1 has 3 % left." };
const send = (session: Session, parameters: object = mail, run: ActionRun = { key: "run-1" }) => {
  const action = email.actions?.send_email as Action<object>;
  return session.guardErrors(() => action.run(session.writer, parameters, run));
};

async function withServer<T>(
  options: MailServerOptions & Omit<Settings, "port">,
  run: (session: Session, server: Awaited<ReturnType<typeof startMailServer>>) => Promise<T>,
): Promise<T> {
  const server = await startMailServer(options);
  try {
    return await withSession({ ...options, port: server.port }, (session) => run(session, server));
  } finally {
    await server.close();
  }
}

/** @throws Error when it does not fail. */
async function failure(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectorError)) throw new Error(`It did not fail with a ConnectorError: ${String(error)}`);
  return error;
}

/** Everything of an error that may be shown or logged. */
function shown(error: ConnectorError): string {
  return [error.message, error.stack, String(error.cause), (error.cause as Error | undefined)?.stack].join("\n");
}

describe("the connection test", () => {
  test("logs in and sends nothing", () =>
    withServer({}, async (session, server) => {
      expect(await session.check()).toEqual({});
      expect([server.logins(), server.mails]).toEqual([1, []]);
      expect(session.requests).toEqual({ read: 1, write: 0 });
    }));

  test("is refused without the right password, and does not tell the wrong one", () =>
    withServer({ password: "wr0ng-h0rse-battery" }, async (session) => {
      const error = await failure(session.check());
      expect(error).toMatchObject({ code: "AUTH", platformCode: "535", retryable: false, outcomeUnknown: false });
      expect(error.message).toBe("Mail failed to log in: the server refused the user name or password (535)");
      expect(error.message).not.toContain(Buffer.from(`\0${USER}\0wr0ng-h0rse-battery`).toString("base64"));
      expect(shown(error)).not.toContain("wr0ng-h0rse-battery");
    }));

  test("gives no password to a server that hides STARTTLS", () =>
    withServer({ security: "starttls" }, async (session, server) => {
      expect(await failure(session.check())).toMatchObject({ code: "VALIDATION", retryable: false });
      expect(server.logins()).toBe(0);
    }));

  test("a server that is not there is unavailable", async () => {
    const { port, close } = await startSilentServer([]);
    await close();
    await withSession({ port }, async (session) => {
      const error = await failure(session.check());
      expect(error).toMatchObject({ code: "UNAVAILABLE", platformCode: "ECONNREFUSED", retryable: true });
    });
  });

  test("a server that does not greet is a time-out", async () => {
    const { port, close } = await startSilentServer([]);
    await withSession({ port, timeout: "300ms" }, async (session) => {
      expect(await failure(session.check())).toMatchObject({ code: "TIMEOUT", outcomeUnknown: false });
    });
    await close();
  });
});

describe("send_email", () => {
  test("sends, and tells who got it", () =>
    withServer({}, async (session, server) => {
      const sent = await send(session);
      expect(sent).toMatchObject({ accepted: ["ada@acme.example"], rejected: [] });
      expect(server.mails).toHaveLength(1);
      expect(server.mails[0]).toContain("Subject: Disk is full");
      expect(session.requests).toEqual({ read: 0, write: 1 });
    }));

  test("a run that is tried again keeps its Message-ID, and another run has another", () =>
    withServer({}, async (session, server) => {
      for (const key of ["run-1", "run-1", "run-2"]) await send(session, mail, { key });
      const [first, again, other] = server.mails.map((text) => /^Message-ID: (.*)$/im.exec(text)?.[1]?.trim());
      expect(first).toMatch(/^<[0-9a-f]{32}@acme\.example>$/);
      expect([again === first, other === first]).toEqual([true, false]);
    }));

  test("some recipients that are refused are told, and the others get it", () =>
    withServer({ refuses: { "gone@acme.example": 550 } }, async (session, server) => {
      const sent = await send(session, { ...mail, to: ["ada@acme.example", "gone@acme.example"] });
      expect(sent).toMatchObject({ accepted: ["ada@acme.example"], rejected: ["gone@acme.example"] });
      expect(server.mails).toHaveLength(1);
    }));

  test.each([
    { name: "for good", refuses: { "gone@acme.example": 550 }, code: "VALIDATION", retryable: false },
    { name: "for now", refuses: { "gone@acme.example": 451 }, code: "UNAVAILABLE", retryable: true },
  ])("fails where every recipient is refused $name", ({ refuses, code, retryable }) =>
    withServer({ refuses }, async (session) => {
      const error = await failure(send(session, { ...mail, to: ["gone@acme.example"] }));
      expect(error).toMatchObject({ code, retryable, outcomeUnknown: false });
      expect(error.message).toContain("gone@acme.example");
    }),
  );

  test("silence after the message leaves it open whether it was sent", async () => {
    const ready = ["220 hi", "250-hi\r\n250 AUTH PLAIN", "235 in", "250 from", "250 to", "354 go on"];
    const { port, close } = await startSilentServer(ready);
    await withSession({ port, timeout: "300ms" }, async (session) => {
      expect(await failure(send(session))).toMatchObject({ code: "TIMEOUT", outcomeUnknown: true, retryable: true });
    });
    await close();
  });

  test("silence before the message means that nothing was sent", async () => {
    const { port, close } = await startSilentServer(["220 hi", "250-hi\r\n250 AUTH PLAIN", "235 in"]);
    await withSession({ port, timeout: "300ms" }, async (session) => {
      expect(await failure(send(session))).toMatchObject({ code: "TIMEOUT", outcomeUnknown: false });
    });
    await close();
  });
});

describe("what the engine makes of it", () => {
  const manifest = [
    "apiVersion: plumbline.dev/v1alpha1",
    "kind: Integration",
    "metadata: { name: mail }",
    "spec: { platform: email }",
    "",
  ].join("\n");

  test("there is nothing to plan, and the server is not asked", () =>
    withServer({}, async (session, server) => {
      const run = engine({ connectors: [email], open: async () => session });
      const { plan } = await run.apply(manifest);
      expect(lines({ plan })).toEqual([]);
      expect(plan.integrations).toMatchObject([
        { system: `email/127.0.0.1:${server.port}/`, error: null, changes: [] },
      ]);
      expect(server.logins()).toBe(0);
    }));

  test("it has no kinds, and its reader cannot send", () =>
    withServer({}, async (session) => {
      expect(compileConnector(email).kinds.size).toBe(0);
      expect(session.reader).not.toHaveProperty("send");
    }));
});
