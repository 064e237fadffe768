/** What the suite asks of a connector as a whole: how it fails, what it hides, and what it cannot do. */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { compileConnector, type ErrorCode, type Spec } from "../../../src/connector-kit/index.ts";
import type { Spec as Description } from "../../support/openapi.ts";
import { type Rig, withRig } from "./rig.ts";
import type { Subject } from "./subject.ts";

/** What a status means where the platform says nothing else. */
const statuses: readonly { status: number; code: ErrorCode }[] = [
  { status: 401, code: "AUTH" },
  { status: 403, code: "PERMISSION" },
  { status: 404, code: "NOT_FOUND" },
  { status: 409, code: "CONFLICT" },
  { status: 422, code: "VALIDATION" },
  { status: 429, code: "RATE_LIMITED" },
  { status: 500, code: "UNAVAILABLE" },
  { status: 503, code: "UNAVAILABLE" },
];

/** Tests of how a connector fails. */
export function describeFailures(subject: Subject, description: Description | undefined): void {
  const ask = ({ session }: Rig) => (subject.ask ? subject.ask(session) : session.check());
  const rigged = (run: (rig: Rig) => Promise<void>) => () => withRig(subject, description, run);

  test.each(statuses)("a status $status is $code", async ({ status, code }) => {
    await withRig(subject, description, async (rig) => {
      const headers: Record<string, string> = status === 429 || status === 503 ? { "retry-after": "1" } : {};
      rig.proxy.intercept(() => ({ status, headers, body: {} }));
      await expect(ask(rig)).rejects.toMatchObject({ name: "ConnectorError", code });
    });
  });

  test.each(subject.refusals ?? [])("$name is $code", async ({ answer, code }) => {
    await withRig(subject, description, async (rig) => {
      rig.proxy.intercept(() => answer);
      await expect(ask(rig)).rejects.toMatchObject({ name: "ConnectorError", code });
    });
  });

  test(
    "a broken connection is UNAVAILABLE",
    rigged(async (rig) => {
      rig.proxy.intercept(() => "drop-before");
      await expect(ask(rig)).rejects.toMatchObject({ name: "ConnectorError", code: "UNAVAILABLE" });
    }),
  );

  test(
    "a secret that the platform repeats in its answer stays out of the error and its causes",
    rigged(async (rig) => {
      const secrets = Object.values(rig.credentials).filter((value) => value.length >= 8);
      expect(secrets.length).toBeGreaterThan(0);
      const said = secrets.join(" ");
      const body = { message: said, error: said, errors: [{ message: said }], detail: said };
      rig.proxy.intercept(() => ({ status: 400, headers: { "x-echo": said }, body }));
      const error: unknown = await ask(rig).then(
        () => "no error",
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ name: "ConnectorError" });
      const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
      for (const secret of secrets) expect(shown).not.toContain(secret);
    }),
  );

  test(
    "looking at a system writes nothing",
    rigged(async (rig) => {
      await rig.session.check();
      await rig.session.identity();
      for (const [kind, { resource }] of compileConnector(subject.connector).kinds) {
        if (!resource.parent) await rig.list(kind);
      }
      expect(rig.proxy.requests.length).toBeGreaterThan(0);
      expect(rig.proxy.writes()).toEqual([]);
    }),
  );

  test.each(Object.entries(subject.lookups ?? {}))(
    "the lookup %s knows a name and leaves out another",
    async (name, known) => {
      await withRig(subject, description, async (rig) => {
        const lookup = subject.connector.lookups?.[name];
        const unknown = `nobody-${known}`;
        const found = await rig.session.guardErrors(async () => lookup?.resolve(rig.session.reader, [known, unknown]));
        expect([found?.has(known), found?.has(unknown)]).toEqual([true, false]);
      });
    },
  );

  if (Object.keys(subject.kinds).length === 0) return;
  describe("a reader in the writer's place", () => {
    test.each(Object.entries(subject.kinds))("cannot write %s", async (kind, { entries: [entry] }) => {
      await withRig(subject, description, async (rig) => {
        await rig.create(kind, entry);
        const attempts = await attemptsToWrite(subject, rig, kind, entry);
        rig.proxy.reset();
        for (const attempt of attempts) await expect(rig.session.guardErrors(attempt)).rejects.toThrow();
        expect(rig.proxy.writes()).toEqual([]);
      });
    });
  });
}

/** Everything that a kind can write, tried with the reader. */
async function attemptsToWrite(
  subject: Subject,
  rig: Rig,
  kind: string,
  entry: Spec,
): Promise<(() => Promise<unknown>)[]> {
  const resource = compileConnector(subject.connector).kinds.get(kind)?.resource;
  const observed = await rig.find(kind, entry);
  if (!resource || !observed) throw new Error(`${kind} was made and is not listed.`);
  const desired = await rig.resolve(kind, entry);
  const parent = await rig.parent(kind);
  const { reader } = rig.session;
  const writes = [
    resource.create && (async () => resource.create?.(reader, { desired, parent })),
    resource.update && (async () => resource.update?.(reader, { observed, desired, changes: desired, lists: {} })),
    resource.remove && (async () => resource.remove?.(reader, observed)),
    resource.archived && (async () => resource.archived?.archive(reader, observed)),
  ];
  return writes.filter((write) => write !== undefined);
}
