/** Webhooks in the forms that the generic connector takes in, signed with secrets of tests. */
import { createHmac } from "node:crypto";
import type { InboundRequest } from "../../../src/connector-kit/index.ts";
import { bytesOf } from "../../support/inbound.ts";

/** The published example of the Standard Webhooks libraries: secret, id, time, body and signature belong together. */
export const published = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  time: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

export const other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/** The published example, in the given family of header names. */
export function standardRequest(
  family: "webhook" | "svix" = "webhook",
  signature = published.signature,
): InboundRequest {
  const { id, time, body } = published;
  return {
    headers: {
      "content-type": "application/json",
      [`${family}-id`]: id,
      [`${family}-timestamp`]: String(time),
      [`${family}-signature`]: signature,
    },
    query: {},
    body: bytesOf(body),
  };
}

/** A signature of the published message with another secret. */
export function signatureWith(secret: string): string {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const { id, time, body } = published;
  return `v1,${createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64")}`;
}

export const CUSTOM_SECRET = "a secret of twenty-four bytes";

/** A request of a scheme of one's own. @param signed the text that is signed. */
export function customRequest(body: string, signed: string, headers: Readonly<Record<string, string>>): InboundRequest {
  const digest = createHmac("sha512", CUSTOM_SECRET).update(signed).digest("base64url");
  return { headers: { "x-sign": `s=${digest}`, ...headers }, query: {}, body: bytesOf(body) };
}
