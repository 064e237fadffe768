/** What Slack sends: times and signatures, the handshake, every form of request, and whose doing it was. */
import { describe, expect, test } from "vitest";
import { authenticateOf, type Events, remembersBytes, verify } from "../../../src/connector-kit/index.ts";
import slack from "../../../src/connectors/slack/index.ts";
import { bytesOf, FORM, fromSlack, interactionOf, SLACK_SECRET, SLACK_TIME } from "../../support/inbound.ts";

const events = slack.events as Events;
const authenticate = authenticateOf(events, {});
const credentials = { signingSecret: SLACK_SECRET };
const NOW = SLACK_TIME * 1000;
const context = { connection: {}, newId: () => "made" };
const parse = (body: unknown) => events.parse(fromSlack(body), context);
const event = (fields: object) => ({ type: "event_callback", event_id: "Ev1", event_time: SLACK_TIME, event: fields });

test("the published example is let in", () => {
  const body =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  const headers = {
    "Content-Type": FORM,
    "X-Slack-Request-Timestamp": "1531420618",
    "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
  };
  expect(verify(authenticate, { headers, query: {}, body: bytesOf(body) }, credentials, NOW)).toEqual({ ok: true });
});

describe("a rightly signed event", () => {
  test.each([
    [String(SLACK_TIME - 290), undefined],
    [String(SLACK_TIME + 290), undefined],
    [String(SLACK_TIME - 3600), "3600 s behind"],
    [String(SLACK_TIME + 3600), "3600 s ahead of"],
    ["abc", "no number"],
    ["", "no number"],
    ["1e99", "no number"],
    [`${SLACK_TIME}x`, "no number"],
    [` ${SLACK_TIME}`, "no number"],
    [`${SLACK_TIME}.0`, "no number"],
    [String(NOW), "s ahead of"],
  ])("with the time %j is refused for the log with %j", (timestamp, reason) => {
    const result = verify(authenticate, fromSlack(event({ type: "message" }), timestamp), credentials, NOW);
    expect(result).toEqual(
      reason === undefined ? { ok: true } : { ok: false, reason: expect.stringContaining(reason) },
    );
  });

  test("is told from a wrongly signed one", () => {
    const wrong = verify(authenticate, fromSlack(event({ type: "message" })), { signingSecret: "x" }, NOW);
    expect(wrong).toEqual({ ok: false, reason: "the signature is wrong" });
  });

  test("needs no memory of its bytes, since its time is signed", () => {
    expect(remembersBytes(authenticate)).toBe(false);
  });
});

describe("the handshake", () => {
  test("gives the challenge back, and is no event", () => {
    const request = fromSlack({ type: "url_verification", challenge: '3e"Z', token: "t" });
    expect(events.handshake?.(request)).toMatchObject({ status: 200, body: '{"challenge":"3e\\"Z"}' });
    expect(events.parse(request, context)).toEqual([]);
  });

  test.each([[event({ type: "message" })], [{ type: "url_verification" }], ["command=%2Fx&trigger_id=1"], [[1]]])(
    "is not what %j is",
    (body) => {
      expect(events.handshake?.(fromSlack(body))).toBeUndefined();
    },
  );
});

describe("an event", () => {
  test.each([
    [{ type: "message", channel: "C1", user: "U1" }, "C1"],
    [{ type: "reaction_added", user: "U1", item: { type: "message", channel: "C2", ts: "1" }, item_user: "U2" }, "C2"],
    [{ type: "channel_created", channel: { id: "C3", name: "x", creator: "U1" } }, "C3"],
    [{ type: "team_join", user: { id: "U4" } }, "U4"],
    [{ type: "subteam_created", subteam: { id: "S5" } }, "S5"],
    [{ type: "tokens_revoked", tokens: {} }, undefined],
  ])("%j is about %s", (fields, subject) => {
    const [told] = parse(event(fields));
    expect(told).toMatchObject({ id: "Ev1", name: fields.type });
    expect(told?.subject).toBe(subject);
  });

  test("is the same when Slack sends it again", () => {
    const request = fromSlack(event({ type: "app_mention" }));
    const again = { ...request, headers: { ...request.headers, "x-slack-retry-num": "1" } };
    expect(events.parse(again, context)).toEqual(events.parse(request, context));
  });

  test("of a type that nobody listed is taken in all the same", () => {
    expect(parse(event({ type: "something_new" }))).toMatchObject([{ name: "something_new" }]);
  });

  test("that says that Slack holds events back is one a minute", () => {
    const notice = { type: "app_rate_limited", team_id: "T1", minute_rate_limited: 1518467820, api_app_id: "A1" };
    expect(parse(notice)).toMatchObject([{ id: "app_rate_limited:T1:1518467820", name: "app_rate_limited" }]);
  });
});

describe("an interaction", () => {
  const user = { id: "U1" };
  const view = { id: "V1", hash: "h1" };
  test.each([
    [{ type: "view_submission", user, view, trigger_id: "9.1" }, "view_submission:V1:9.1:U1"],
    [{ type: "view_closed", user, view }, "view_closed:V1:h1:U1"],
    [{ type: "shortcut", callback_id: "c", user, trigger_id: "9.2" }, "shortcut::9.2:U1"],
    [
      {
        type: "block_actions",
        user,
        container: { message_ts: "1.5" },
        actions: [
          { action_id: "a", action_ts: "2.1" },
          { action_id: "b", action_ts: "2.2" },
        ],
      },
      "block_actions:1.5:a:2.1:b:2.2:U1",
    ],
  ])("%j has the id %s", (payload, id) => {
    expect(parse(interactionOf(payload))).toMatchObject([{ id, name: payload.type, data: payload }]);
  });

  test("of an unknown type is refused, as are broken bodies, without repeating them", () => {
    expect(() => parse(interactionOf({ type: "s3cret" }))).toThrow("The interaction has no known type.");
    expect(() => parse("payload=s3cret")).toThrow("The payload is no JSON.");
    expect(() => parse(event("s3cret" as never))).toThrow("The envelope lacks its event or event_id.");
  });

  test("a form that is neither tells of nothing, such as the check of a command's certificate", () => {
    expect(parse("ssl_check=1&token=t")).toEqual([]);
  });
});

describe("an event is the app's own doing", () => {
  const account = { id: "UBOT", aliases: ["B1"] };
  test.each([
    ["its message", event({ type: "message", user: "UBOT", channel: "C1" }), true],
    ["its message by a webhook", event({ type: "message", subtype: "bot_message", bot_id: "B1" }), true],
    [
      "a change of its message",
      event({ type: "message", subtype: "message_changed", message: { bot_id: "B1" } }),
      true,
    ],
    ["its channel", event({ type: "channel_created", channel: { id: "C1", creator: "UBOT" } }), true],
    ["its invitation", event({ type: "member_joined_channel", user: "U1", inviter: "UBOT" }), true],
    ["a person's message", event({ type: "message", user: "U1", text: "UBOT B1" }), false],
    ["another bot's", event({ type: "message", bot_id: "B2" }), false],
    ["a reaction to its message", event({ type: "reaction_added", user: "U1", item_user: "UBOT" }), false],
    ["a reply below its message", event({ type: "message", user: "U1", message: { user: "UBOT" } }), false],
    ["a button in its message", { type: "block_actions", user: { id: "U1" }, message: { bot_id: "B1" } }, false],
    ["a person's command", { user_id: "U1", command: "/x" }, false],
  ])("%s: %j is %s", (_, data, own) => {
    expect(events.own?.({ name: "x", data }, account)).toBe(own);
  });
});
