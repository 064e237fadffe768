/**
 * What the suite asks of a connector that delivers notifications: that what arrives is within the platform's limits
 * and mentions nobody whom the route did not, and that a lost answer makes no second one.
 */
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import type { Notification, Notified, NotifyRun } from "../../../src/api/notification.ts";
import { awkward, plainNotification } from "../../support/notifications.ts";
import type { Spec as Description } from "../../support/openapi.ts";
import { type Rig, withRig } from "./rig.ts";
import type { NotificationCase, Subject } from "./subject.ts";

/** Tests of notifications; for a connector that delivers none, that there is no case of any. */
export function describeNotifications(subject: Subject, description: Description | undefined): void {
  const { connector, notifications: given } = subject;
  test("the suite has a case of notifications where the connector delivers some", () => {
    expect(given !== undefined).toBe(connector.notify !== undefined);
  });
  if (!given) return;

  const rigged = (run: (stage: Stage) => Promise<void>) => () =>
    withRig(subject, description, async (rig) => {
      await given.prepare?.({ url: rig.proxy.url, credentials: rig.credentials });
      rig.proxy.reset();
      await run({ rig, given, send: sender(subject, rig, given) });
    });

  describe("notifications", () => {
    test("the target of the case is one that its schema takes, and another field is not", () => {
      const ajv = new Ajv({ strict: false, validateFormats: false });
      const takes = (target: object) => ajv.validate(connector.target as object, target);
      expect([takes(given.target), takes({ ...given.target, nothing: 1 })]).toEqual([true, false]);
    });

    test.each(awkward)("one $name arrives within the limits and mentions nobody", async ({ notification }) => {
      await rigged(async ({ rig, send }) => {
        await send(notification);
        const arrived = rig.proxy.requests.filter(given.delivers);
        expect(arrived).toHaveLength(1);
        for (const request of arrived) {
          expect(given.mistakes(request)).toEqual([]);
          expect(given.mentions(request)).toEqual([]);
        }
      })();
    });

    test(
      "what is left out is told",
      rigged(async ({ send }) => {
        const huge = { ...plainNotification, text: "x y\n".repeat(200_000) };
        expect((await send(huge)).truncated).toMatch(/^Left out: the end of the text/);
        expect(await send(plainNotification, { key: "run-2" })).not.toHaveProperty("truncated");
      }),
    );

    test(
      "a lost answer makes no second one",
      rigged(async ({ rig, send }) => {
        let isFirst = true;
        rig.proxy.intercept((request) => {
          if (!isFirst || !given.delivers(request)) return "pass";
          isFirst = false;
          return "drop-after";
        });
        const first = await send(plainNotification).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (!given.repeatable) expect(first).toMatchObject({ name: "ConnectorError", outcomeUnknown: true });
        else if (first !== undefined) await send(plainNotification);
        const made = rig.proxy.requests.filter(given.delivers).map(given.identity);
        expect([isFirst, new Set(made).size]).toEqual([false, 1]);
      }),
    );

    test.runIf(given.gone !== undefined)(
      "an earlier one is changed in place, and one that is gone is NOT_FOUND",
      rigged(async ({ rig, send }) => {
        const { reference } = await send(plainNotification);
        if (reference === undefined) throw new Error("Nothing refers to what was sent.");
        expect(reference.length).toBeLessThanOrEqual(1024);
        rig.proxy.reset();
        const again = await send({ ...plainNotification, title: "Again" }, { key: "run-2", previous: reference });
        expect(again.reference).toBe(reference);
        expect(rig.proxy.requests.filter(given.delivers)).toEqual([]);
        expect(rig.proxy.writes().map(({ body }) => JSON.stringify(body))).toEqual([expect.stringContaining("Again")]);
        for (const previous of [given.gone ?? "", "of another platform"]) {
          const failure = send(plainNotification, { key: "run-3", previous });
          await expect(failure).rejects.toMatchObject({ name: "ConnectorError", code: "NOT_FOUND" });
        }
        expect(rig.proxy.requests.filter(given.delivers)).toEqual([]);
      }),
    );
  });
}

interface Stage {
  rig: Rig;
  given: NotificationCase;
  send: (notification: Notification, run?: NotifyRun) => Promise<Notified>;
}

function sender({ connector }: Subject, rig: Rig, { target }: NotificationCase): Stage["send"] {
  return (notification, run = { key: "run-1" }) =>
    rig.session.guardErrors(async () => {
      if (!connector.notify) throw new Error(`${connector.platform} delivers no notifications.`);
      return connector.notify(rig.session.writer, notification, target, run);
    });
}
