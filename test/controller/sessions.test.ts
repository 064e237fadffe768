import { expect, test } from "vitest";
import { ConnectorError } from "../../src/connector-kit/errors.ts";
import { type Connector, compileConnector } from "../../src/connector-kit/index.ts";
import type { Session } from "../../src/connector-kit/session.ts";
import type { Current } from "../../src/controller/current.ts";
import { createSessions, SECRETS_AGE } from "../../src/controller/sessions.ts";
import { recordingLog } from "../events/support.ts";
import { acme, manifestsIn } from "../support/engine.ts";
import { fakeSystem } from "../support/fakes.ts";

function stage(spec = "events: { enabled: true }") {
  const fake = fakeSystem().connector;
  const events = { names: [], main: {}, own: () => true, authenticate: {}, parse: () => [] };
  const connector = { ...fake, events } as unknown as Connector;
  const compiled = compileConnector(fake);
  const [manifest] = manifestsIn(acme(spec));
  const it = {
    ...{ opened: [] as string[], checks: 0, token: "one", writers: 0, fail: false, now: 0, resolved: 0 },
    ...{ lease: 17_000, mayWrite: [] as ((milliseconds: number) => boolean)[] },
  };
  const log = recordingLog();
  const session = (onRequest: () => void): Session => ({
    connector,
    origin: "memory:",
    reader: {},
    get writer() {
      it.writers += 1;
      return {};
    },
    requests: { read: 0, write: 0 },
    redact: (text) => text,
    async check() {
      it.checks += 1;
      onRequest();
      if (it.fail) throw new ConnectorError("UNAVAILABLE", "down");
      return { account: { id: `account-of-${it.token}` } };
    },
    identity: async () => undefined,
    guardErrors: async (run) => run(),
  });
  const current = {
    integration: (owner: string) => (owner === "default/acme" ? staged.manifest : undefined),
    connector: () => compiled,
  } as unknown as Current;
  const sessions = createSessions({
    current: () => current,
    async resolve() {
      it.resolved += 1;
      return { connection: {}, credentials: { token: it.token } };
    },
    mayWrite: (milliseconds) => milliseconds <= it.lease,
    async open(_, lane, { onRequest, mayWrite }) {
      it.opened.push(lane);
      it.mayWrite.push(mayWrite);
      return session(onRequest);
    },
    monotonic: () => it.now,
    hide: () => undefined,
    log,
  });
  const staged = Object.assign(it, { sessions, log, manifest: manifest as NonNullable<typeof manifest> });
  return staged;
}

test("rules and people share a session for as long as neither manifest nor secrets change; each pass has its own", async () => {
  const it = stage();
  const first = await it.sessions.open("default", "acme");
  expect(await it.sessions.open("default", "acme")).toMatchObject({ session: (first as { session: Session }).session });
  await it.sessions.forPass(it.manifest);
  await it.sessions.forPass(it.manifest);
  expect(it.opened).toEqual(["interactive", "background", "background"]);
  it.now += SECRETS_AGE;
  await it.sessions.open("default", "acme");
  expect(it.opened).toHaveLength(3);
  it.token = "rotated";
  it.now += SECRETS_AGE;
  await it.sessions.open("default", "acme");
  expect(it.opened).toEqual(["interactive", "background", "background", "interactive"]);
});

test("what rules and passes send asks for the right to write each time", async () => {
  const it = stage();
  await it.sessions.open("default", "acme");
  await it.sessions.forPass(it.manifest);
  const asked = () => it.mayWrite.map((ask) => ask(9000));
  expect(asked()).toEqual([true, true]);
  it.lease = 8999;
  expect(asked()).toEqual([false, false]);
});

test("secrets are read again after a while and not for each call, and a changed manifest's at once", async () => {
  const it = stage();
  await it.sessions.open("default", "acme");
  it.token = "rotated";
  it.now = SECRETS_AGE - 1;
  await it.sessions.open("default", "acme");
  expect([it.resolved, it.opened.length]).toEqual([1, 1]);
  it.manifest = { ...it.manifest };
  await it.sessions.open("default", "acme");
  expect([it.resolved, it.opened.length]).toEqual([2, 2]);
});

test("the account is known before the first use, asked for once for each credential, and no writer is made for it", async () => {
  const it = stage();
  expect(it.sessions.account("default/acme")).toBeUndefined();
  await it.sessions.forPass(it.manifest);
  await it.sessions.open("default", "acme");
  expect([it.sessions.account("default/acme"), it.checks, it.writers]).toEqual([{ id: "account-of-one" }, 1, 0]);
  it.token = "rotated";
  await it.sessions.forPass(it.manifest);
  expect([it.sessions.account("default/acme"), it.checks]).toEqual([{ id: "account-of-rotated" }, 2]);
});

test("an account that cannot be asked for keeps nobody from working, is asked for again, and calls and errors count", async () => {
  const it = stage();
  it.fail = true;
  expect((await it.sessions.open("default", "acme")).state).toBe("open");
  expect([it.sessions.account("default/acme"), it.sessions.calls("default/acme")]).toEqual([
    undefined,
    { calls: 1, errors: 1, limits: [] },
  ]);
  it.fail = false;
  await it.sessions.forPass(it.manifest);
  expect(it.sessions.account("default/acme")).toEqual({ id: "account-of-one" });
});

test("that an account cannot be asked for is told once for each credential, by whoever asks at once and later", async () => {
  const it = stage();
  it.fail = true;
  const all = () => [it.sessions.forPass(it.manifest), it.sessions.forPass(it.manifest)];
  await Promise.all([...all(), it.sessions.open("default", "acme")]);
  await Promise.all(all());
  const told = () => it.log.lines.map(({ level, fields }) => `${level} ${fields.integration} ${fields.code}`);
  expect([it.checks, told()]).toEqual([5, ["warn default/acme UNAVAILABLE"]]);
  it.token = "rotated";
  await it.sessions.forPass(it.manifest);
  expect(told()).toEqual(["warn default/acme UNAVAILABLE", "warn default/acme UNAVAILABLE"]);
});

test("what is suspended or not declared is closed, with the reason", async () => {
  expect(await stage("suspend: true").sessions.open("default", "acme")).toMatchObject({
    state: "closed",
    reason: "Suspended",
  });
  expect(await stage().sessions.open("prod", "acme")).toMatchObject({ state: "closed", reason: "UnknownIntegration" });
});
