/** Slack in the suite that every connector passes. */
import slack from "../../../src/connectors/slack/index.ts";
import { isSlackWrite, startSlack } from "../../support/slack.ts";
import { describeConnector } from "../contract.ts";

const ada = "ada@example.com";
const bob = "bob@example.com";

describeConnector({
  connector: slack,
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
