/** Slack in the suite that every connector passes. */
import { fetch } from "undici";
import slack from "../../../src/connectors/slack/index.ts";
import { fromSlack, interactionOf, SLACK_SECRET, SLACK_TIME } from "../../support/inbound.ts";
import { isSlackWrite, startSlack } from "../../support/slack.ts";
import { describeConnector } from "../contract.ts";
import { mentionsIn, messageIn, mistakesIn } from "./message.ts";

const ada = "ada@example.com";
const bob = "bob@example.com";

const signed = { credentials: { signingSecret: SLACK_SECRET }, now: SLACK_TIME * 1000 };

describeConnector({
  connector: slack,
  events: [
    {
      name: "an event",
      ...signed,
      request: fromSlack({
        type: "event_callback",
        team_id: "T1",
        event: { type: "message", channel: "C1", user: "U1", text: "a \\u00e9 é 🎉" },
        event_id: "Ev1",
        event_time: SLACK_TIME,
      }),
      events: [{ id: "Ev1", name: "message", subject: "C1", time: "2018-07-12T18:36:58.000Z" }],
    },
    {
      name: "a pressed button",
      ...signed,
      request: fromSlack(
        interactionOf({
          type: "block_actions",
          user: { id: "U1" },
          container: { type: "message", message_ts: "1.5", channel_id: "C1" },
          channel: { id: "C1" },
          actions: [{ action_id: "approve", block_id: "b", value: "x", action_ts: "2.5" }],
        }),
      ),
      events: [{ id: "block_actions:1.5:approve:2.5:U1", name: "block_actions", subject: "C1" }],
    },
    {
      name: "a slash command",
      ...signed,
      request: fromSlack("token=t&command=%2Fdeploy&text=a+b%26c&user_id=U1&channel_id=C1&trigger_id=13.2"),
      events: [
        {
          id: "slash_command:13.2",
          name: "slash_command",
          subject: "C1",
          data: { command: "/deploy", text: "a b&c", user_id: "U1", channel_id: "C1", trigger_id: "13.2" },
        },
      ],
    },
  ],
  spec: "slack",
  async start({ smallPages }) {
    const people = [
      { name: "ada", email: ada },
      { name: "bob", email: bob },
    ];
    const { url, token, userToken, close } = await startSlack({
      users: people,
      ...(smallPages ? { pageLimit: 1 } : {}),
    });
    return {
      url,
      connection: {},
      credentials: { token, userToken, signingSecret: "8f742231b10e8888abcd99yyyzzz85a5" },
      close,
    };
  },
  kinds: {
    channels: {
      entries: [
        { name: "incidents", topic: "Sev 1 & 2 <only>", purpose: "see https://acme.example/sev", members: [ada] },
        { name: "ops-secret", topic: "quiet", private: true, members: [ada, bob] },
      ],
      change: { topic: "all of them &amp; more", purpose: "", members: [bob] },
    },
    "channels.bookmarks": {
      entries: [
        { title: "Runbook & more", link: "https://wiki.example.com/?a=1&b=2", emoji: ":book:" },
        { title: "Dashboard", link: "https://metrics.example.com" },
      ],
      change: { link: "https://wiki.example.com/new", emoji: "" },
    },
    usergroups: {
      entries: [
        { handle: "oncall", name: "On call", description: "Who & when", users: [ada, bob], channels: ["incidents"] },
        { handle: "leads", users: [bob] },
      ],
      change: { name: "On-call people", description: "", users: [bob], channels: [] },
    },
  },
  lookups: { users: ada, people: ada },
  isWrite: isSlackWrite,
  notifications: {
    target: { channel: "#alerts" },
    async prepare({ url, credentials: { token } }) {
      const headers = { authorization: `Bearer ${token}` };
      await fetch(`${url}/api/conversations.create`, {
        method: "POST",
        headers,
        body: new URLSearchParams({ name: "alerts" }),
      });
    },
    delivers: ({ path }) => path === "/api/chat.postMessage",
    mistakes: (request) => mistakesIn(messageIn(request)),
    mentions: (request) => mentionsIn(messageIn(request)),
    repeatable: false,
    identity: (_, index) => String(index),
    gone: "C012AB3CD:1732560000.000100",
  },
  refusals: [
    {
      name: "ok:false with invalid_auth",
      answer: { status: 200, body: { ok: false, error: "invalid_auth" } },
      code: "AUTH",
    },
    {
      name: "ok:false with missing_scope",
      answer: { status: 200, body: { ok: false, error: "missing_scope" } },
      code: "PERMISSION",
    },
    {
      name: "ok:false with internal_error",
      answer: { status: 200, body: { ok: false, error: "internal_error" } },
      code: "UNAVAILABLE",
    },
    { name: "an answer without ok", answer: { status: 200, body: {} }, code: "UNAVAILABLE" },
    { name: "an answer that is no JSON", answer: { status: 200, body: "ok" }, code: "UNAVAILABLE" },
  ],
});
