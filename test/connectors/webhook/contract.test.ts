/** The generic webhook in the suite that every connector passes. */
import type { Session } from "../../../src/connector-kit/index.ts";
import webhook from "../../../src/connectors/webhook/index.ts";
import { bytesOf } from "../../support/inbound.ts";
import { startReceiver } from "../../support/receiver.ts";
import { describeConnector } from "../contract.ts";
import { CUSTOM_SECRET, customRequest, published, standardRequest } from "./requests.ts";

const { secret, id, time } = published;
const now = time * 1000;
const standard = { credentials: { webhookSecret: secret }, now };
const hmac = { header: "X-Sign", algorithm: "sha512", encoding: "base64url", prefix: "s=" };
const custom = { credentials: { webhookSecret: CUSTOM_SECRET }, now };
const shared = { credentials: { webhookSecret: "sesame, open" }, now };

describeConnector({
  connector: webhook,
  async start() {
    const { url, close } = await startReceiver();
    return {
      url,
      connection: { auth: "standard-webhooks" },
      credentials: { secret, webhookSecret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", token: "a planted token" },
      close,
    };
  },
  reach: (url) => ({ url: `${url}/hook?a=1` }),
  kinds: {},
  ask: (session: Session) =>
    session.guardErrors(async () => webhook.actions?.send?.run(session.writer, { body: { n: 1 } }, { key: "run-1" })),
  notifications: {
    target: { headers: { "x-team": "payments" } },
    delivers: ({ method, body }) => method === "POST" && JSON.stringify(body).includes("plumbline.notification"),
    mistakes: ({ body }) => (JSON.stringify(body).length > 400_000 ? ["it is too long"] : []),
    mentions: () => [], // JSON has none
    repeatable: true,
    identity: ({ headers }) => String(headers["webhook-id"]),
  },
  isWrite: ({ body }) => JSON.stringify(body) !== '{"type":"ping"}',
  events: [
    {
      name: "a Standard Webhooks request",
      ...standard,
      request: standardRequest(),
      events: [{ id, name: "received", data: { test: 2432232314 }, text: published.body }],
    },
    { name: "one with Svix's header names", ...standard, request: standardRequest("svix"), events: [{ id }] },
    {
      name: "a scheme with the time and id in what is signed",
      ...custom,
      connection: {
        receive: "hmac",
        idHeader: "x-id",
        hmac: { ...hmac, signed: "{id}.{ts}.{body}", timestampHeader: "x-at", timestampUnit: "ms" },
      },
      request: customRequest("a=1&b=x+y", `d1.${now}.a=1&b=x+y`, {
        "x-id": "d1",
        "x-at": String(now),
        "content-type": "application/x-www-form-urlencoded",
      }),
      events: [{ id: "d1", data: { a: "1", b: "x y" } }],
    },
    {
      name: "a scheme that signs the body alone",
      ...custom,
      connection: { receive: "hmac", hmac },
      request: customRequest("disk full", "disk full", { "content-type": "text/plain" }),
      events: [{ id: "made-1", data: "disk full" }],
    },
    {
      name: "a bearer token",
      ...shared,
      connection: { receive: "bearer" },
      request: { headers: { authorization: "bearer sesame,open" }, query: {}, body: bytesOf("{}") },
      credentials: { webhookSecret: "sesame,open" },
      events: [{ id: "made-1", data: {} }],
    },
    {
      name: "a secret in a header",
      ...shared,
      connection: { receive: "header", receiveHeader: "X-Token" },
      request: { headers: { "x-token": "sesame, open" }, query: {}, body: bytesOf("") },
      events: [{ id: "made-1", data: null }],
    },
  ],
});
