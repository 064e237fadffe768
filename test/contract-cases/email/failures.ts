/**
 * What nodemailer's errors stand for (nodemailer.com/errors; reply codes: RFC 5321 section 4.2).
 *
 * Before the message itself is sent nothing can have happened, and a reply says what did. Only silence after
 * that leaves it open whether the mail is on its way; nodemailer's own `command` says CONN for any silence,
 * so whoever sends has to tell. Of a refused login no word of the server is repeated:
 * it may hold what was sent, in a form that nobody would know for the password.
 */
import type { Classified, ErrorCode } from "../../../src/connector-kit/index.ts";

interface MailError {
  code?: string;
  message: string;
  responseCode?: number;
  permanent?: boolean;
  /** The system's own code, such as ECONNREFUSED. */
  originalCode?: string;
  rejectedErrors?: readonly { recipient?: string; permanent?: boolean; responseCode?: number }[];
}

const login: ReadonlySet<string> = new Set(["EAUTH", "ENOAUTH", "EOAUTH2"]);
const network: ReadonlySet<string> = new Set(["ECONNECTION", "ESOCKET", "EDNS", "EPROTOCOL", "EPROXY"]);
/** Whoever configured it has to look. */
const configuration: ReadonlySet<string> = new Set(["ETLS", "ECONFIG", "EREQUIRETLS"]);
/** Codes of Node.js for certificates, and for names that nobody has. */
const wrongAddress = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|WRONG_VERSION|ENOTFOUND/;

/** @param sending whether the message itself is under way, so that the server may have it. */
export function classify(thrown: unknown, sending: boolean): Classified | undefined {
  const error = thrown as MailError;
  const { code = "", responseCode, originalCode = "" } = error;
  const rejected = responseCode !== undefined || !sending;
  const word = responseCode === undefined ? originalCode || code : String(responseCode);
  const failure = (as: ErrorCode, message = error.message): Classified => ({
    code: as,
    message,
    rejected,
    ...(word === "" ? {} : { platformCode: word }),
  });
  if (login.has(code)) return failure("AUTH", `the server refused the user name or password (${word})`);
  if (code === "EENVELOPE" && error.rejectedErrors?.length) return recipients(error, failure);
  if (code === "ETIMEDOUT") return failure("TIMEOUT");
  if (configuration.has(code) || wrongAddress.test(originalCode)) return failure("VALIDATION");
  if (error.permanent === false) return failure("UNAVAILABLE");
  if (error.permanent === true) return failure("VALIDATION");
  return network.has(code) ? failure("UNAVAILABLE") : undefined;
}

/** All recipients were refused. One that may be taken later makes it worth another try. */
function recipients(
  { rejectedErrors = [], message }: MailError,
  failure: (code: ErrorCode, message: string) => Classified,
): Classified {
  const later = rejectedErrors.some(({ permanent }) => permanent === false);
  const who = rejectedErrors.map(({ recipient, responseCode }) => `${recipient} (${responseCode})`).join(", ");
  return failure(later ? "UNAVAILABLE" : "VALIDATION", who === "" ? message : `the server refused ${who}`);
}
