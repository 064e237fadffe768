/** What the suite asks of each kind: that it reads back what it wrote, whole, and doubles nothing. */
import { describe, expect, test } from "vitest";
import { ConnectorError, type ObservedParent } from "../../../src/connector-kit/index.ts";
import type { Spec as Description } from "../../support/openapi.ts";
import type { Fate, Recorded } from "../../support/proxy.ts";
import { type Rig, withRig } from "./rig.ts";
import type { KindCase, Subject } from "./subject.ts";

/** How a request of a list may go wrong. A 403 and a 404 under a readable parent are failures, not absences. */
const breakages: readonly Fate[] = [{ status: 500 }, { status: 403, body: {} }, { truncate: 1 }, "drop-before"];

/** Tests of one kind. */
export function describeKind(
  subject: Subject,
  kind: string,
  given: KindCase,
  description: Description | undefined,
): void {
  const [first, second] = given.entries;
  const { change } = given;
  const rigged =
    (run: (rig: Rig) => Promise<void>, smallPages = false) =>
    () =>
      withRig(subject, description, run, smallPages);

  describe(kind, () => {
    test(
      "what is made reads back as it was stated",
      rigged(async (rig) => {
        await rig.create(kind, first);
        expect(await rig.differences(kind, first)).toEqual([]);
      }),
    );

    test.skipIf(change === undefined)(
      "what is changed reads back as it was stated, and nothing else changed",
      rigged(async (rig) => {
        await rig.create(kind, first);
        const changed = { ...first, ...change };
        expect((await rig.update(kind, changed)).length).toBeGreaterThan(0);
        expect(await rig.differences(kind, changed)).toEqual([]);
      }),
    );

    test(
      "removing removes, and removing what is absent succeeds",
      rigged(async (rig) => {
        await rig.create(kind, first);
        const made = await rig.find(kind, first);
        if (!made) throw new Error("What was made is not listed.");
        await rig.remove(kind, made);
        const left = await rig.find(kind, first);
        expect(left === undefined || left.spec.archived === true).toBe(true);
        await rig.remove(kind, made);
      }),
    );

    test(
      "a page boundary loses nothing",
      rigged(async (rig) => {
        await rig.create(kind, first);
        await rig.create(kind, second);
        expect([await rig.find(kind, first), await rig.find(kind, second)]).not.toContain(undefined);
      }, true),
    );

    test(
      "a read throws whichever of its requests fails or is cut short",
      rigged(async (rig) => {
        await rig.create(kind, first);
        await rig.create(kind, second);
        const parent = await rig.parent(kind);
        const requests = await requestsOfList(rig, kind, parent);
        expect(requests.length).toBeGreaterThan(0);
        for (const request of requests) {
          for (const fate of given.absentWhen404 ? breakages : [...breakages, { status: 404, body: {} }]) {
            await expect(listWith(rig, () => rig.list(kind, parent), request, fate)).rejects.toBeInstanceOf(
              ConnectorError,
            );
          }
        }
      }, true),
    );

    test(
      "a create whose answer is lost is not sent again, and says that its outcome is unknown",
      rigged(async (rig) => {
        await rig.parent(kind);
        await rig.resolve(kind, first); // what the entry refers to is there before the answer is lost
        rig.proxy.reset();
        let dropped: Recorded | undefined;
        rig.proxy.intercept((request) => {
          if (dropped || !rig.proxy.writes().includes(request)) return "pass";
          dropped = request;
          return "drop-after";
        });
        const lost: unknown = await rig.create(kind, first).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (lost) expect(lost).toMatchObject({ outcomeUnknown: true });
        rig.proxy.intercept(undefined);
        await rig.reopen();
        // Throws when there are two.
        expect(await rig.find(kind, first)).toMatchObject({ id: expect.stringMatching(/./) });
      }),
    );
  });
}

/** The requests that list a kind below one parent, and no others: how a parent is read is its own kind's matter. */
async function requestsOfList(rig: Rig, kind: string, parent: ObservedParent): Promise<Recorded[]> {
  rig.proxy.reset();
  await rig.reopen();
  await rig.list(kind, parent);
  return [...rig.proxy.requests];
}

async function listWith(rig: Rig, list: () => Promise<unknown>, request: Recorded, fate: Fate): Promise<unknown> {
  await rig.reopen();
  const same = textOf(request);
  rig.proxy.intercept((other) => (textOf(other) === same ? fate : "pass"));
  try {
    return await list();
  } finally {
    rig.proxy.intercept(undefined);
  }
}

function textOf({ method, path, query, body }: Recorded): string {
  return JSON.stringify([method, path, query, body]);
}
