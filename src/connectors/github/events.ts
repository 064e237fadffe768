/**
 * GitHub's webhooks: of repositories, organisations and Apps alike.
 *
 * The signature covers the body and nothing else: neither the delivery's id nor the event's name, which are headers,
 * nor a time. A body that comes again under another id is therefore told by its bytes. Hooks send JSON or a form,
 * and of a form the signed bytes are the form as it came. A redelivery has the id of the first delivery. GitHub
 * sends nothing again by itself (docs.github.com, "Validating webhook deliveries", "Handling failed deliveries").
 */
import {
  bodyText,
  type CheckedAccount,
  type Events,
  headerOf,
  type InboundRequest,
  isForm,
  jsonObject,
  type PlatformEvent,
} from "../../connector-kit/index.ts";
import { main, names } from "./event-names.ts";
import { missedDeliveries, redeliver } from "./missed-deliveries.ts";

/** What all payloads that are looked at have in common; each field may be missing. */
interface Payload {
  repository?: { full_name?: string } | null;
  organization?: { login?: string } | null;
  sender?: { login?: string } | null;
  issue?: Numbered;
  pull_request?: Numbered;
  discussion?: Numbered;
}

type Numbered = { number?: number } | null | undefined;

export const events: Events = {
  names,
  main,
  authenticate: {
    type: "hmac",
    algorithm: "sha256",
    encoding: "hex",
    credential: "webhookSecret",
    header: "X-Hub-Signature-256",
    prefix: "sha256=",
  },
  parse(request) {
    const id = nameIn(request, "X-GitHub-Delivery", /^[\w-]{1,100}$/);
    const name = nameIn(request, "X-GitHub-Event", /^[a-z][a-z0-9_]{0,99}$/);
    const text = payloadText(request);
    const data = jsonObject(text, "payload");
    return [{ id, name, ...subjectOf(data), data, text, exact: true }];
  },
  own: ({ data }, account) => isOwn(data as Payload, account),
  recover: { missed: missedDeliveries, redeliver },
};

/** A header that names something. @throws Error, without the value, when it is missing or has another form. */
function nameIn(request: InboundRequest, header: string, form: RegExp): string {
  const value = headerOf(request, header);
  if (value === undefined) throw new Error(`The header ${header} is missing.`);
  if (!form.test(value)) throw new Error(`The header ${header} holds no name as GitHub writes it.`);
  return value;
}

/** A form (the content type that GitHub proposes) has the JSON in its one field. */
function payloadText(request: InboundRequest): string {
  const text = bodyText(request);
  if (!isForm(headerOf(request, "Content-Type"))) return text;
  const payload = new URLSearchParams(text).get("payload");
  if (payload === null) throw new Error('The form lacks the field "payload".');
  return payload;
}

/** `acme/billing#12` for what happens to an issue, pull request or discussion, which share their numbers. */
function subjectOf(payload: Payload): Pick<PlatformEvent, "subject"> {
  const { repository, organization, issue, pull_request: pull, discussion } = payload;
  const place = repository?.full_name ?? organization?.login;
  if (typeof place !== "string") return {};
  const number = issue?.number ?? pull?.number ?? discussion?.number;
  return { subject: typeof number === "number" && repository ? `${place}#${number}` : place };
}

/** By its login: an App is known by another number than its account, and a login may consist of digits. */
function isOwn({ sender }: Payload, { name }: CheckedAccount): boolean {
  return name !== undefined && typeof sender?.login === "string" && sender.login.toLowerCase() === name.toLowerCase();
}
