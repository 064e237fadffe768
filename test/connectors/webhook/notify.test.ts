/** Notifications as webhooks: their form, their signature, their id, and what is left out of one that is too large. */
import { expect, test } from "vitest";
import type { Notification, NotifyRun } from "../../../src/api/notification.ts";
import type { Session } from "../../../src/connector-kit/session.ts";
import webhook from "../../../src/connectors/webhook/index.ts";
import { filledWith, plainNotification } from "../../support/notifications.ts";
import { failureOf } from "../stage.ts";
import { published } from "./requests.ts";
import { withReceiver } from "./stage.ts";

const notify = (session: Session, notification: Notification, headers = {}, run: NotifyRun = { key: "run-1" }) =>
  session.guardErrors(async () => webhook.notify?.(session.writer, notification, { headers }, run));

const framed = {
  type: "plumbline.notification",
  timestamp: "2026-11-25T12:00:00Z",
  data: JSON.parse(JSON.stringify(plainNotification)) as unknown,
};

test.each(["json", "standard"])("in the format %s it stands in the frame of Standard Webhooks", async (format) => {
  const { session, receiver } = await withReceiver({ connection: { format } });
  expect(await notify(session, plainNotification)).toEqual({});
  expect(receiver.received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([framed]);
});

test("in CloudEvents' format it is an event of its type", async () => {
  const { session, receiver } = await withReceiver({ connection: { format: "cloudevents-structured" } });
  await notify(session, plainNotification);
  expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({
    ...{ type: framed.type, time: framed.timestamp, id: "run-1", data: framed.data },
  });
});

test("it is signed, and tried again it has the same id and the same body", async () => {
  const given = { connection: { auth: "standard-webhooks" }, credentials: { secret: published.secret } };
  const { session, receiver } = await withReceiver(given, (n) => ({ status: n === 0 ? 503 : 200 }));
  await notify(session, plainNotification, { "x-team": "pay" });
  await notify(session, plainNotification, { "x-team": "pay" });
  expect(receiver.received).toHaveLength(3);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  for (const { headers } of receiver.received) {
    expect(headers).toMatchObject({ "webhook-id": "run-1", "x-team": "pay" });
    expect(headers["webhook-signature"]).toMatch(/^v1,/);
  }
});

test("headers that prove the request cannot be set", async () => {
  const { session, receiver } = await withReceiver();
  const failure = await failureOf(notify(session, plainNotification, { "webhook-id": "x" }));
  expect(failure).toMatchObject({ code: "VALIDATION", message: expect.stringContaining("The target's headers") });
  expect(receiver.received).toEqual([]);
});

test("one that is too large keeps its newest events and says what it lacks", async () => {
  const { session, receiver } = await withReceiver();
  const notified = await notify(session, filledWith("x".repeat(3000), 200));
  expect(notified?.truncated).toContain("100 of 200 facts");
  const { data } = JSON.parse(receiver.received[0]?.body ?? "") as { data: Notification };
  expect(data.events.at(-1)?.seq).toBe(199);
  expect(data.earlierEvents).toBe(100);
  const keys = [...Object.keys(plainNotification), "earlierEvents", "heldBack"];
  expect(Object.keys(data).sort()).toEqual(keys.sort());
  expect(receiver.received[0]?.body.length).toBeLessThan(400_000);
});

test("what it lacked before it came here is said, also where all that came is sent", async () => {
  const { session, receiver } = await withReceiver();
  const notified = await notify(session, { ...plainNotification, earlierEvents: 4999 });
  expect(notified?.truncated).toBe("Left out: 4999 of 5000 events.");
  expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({ data: { earlierEvents: 4999 } });
});
