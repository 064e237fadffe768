/**
 * Names what went wrong below HTTP, for people, and says whether the request may have gone out.
 *
 * The codes are those of Node.js (errors of DNS, sockets and OpenSSL) and of undici (`UND_ERR_…`),
 * which wraps them as the cause of a TypeError and, where it tried several addresses, once more in an
 * AggregateError.
 */

export interface NetworkFailure {
  /** Completes "the system cannot be reached: …". */
  text: string;
  /** Whether the request may have gone out before it failed. */
  sent: boolean;
}

const beforeSending: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name was not found in DNS",
  EAI_AGAIN: "DNS does not answer",
  EAI_FAIL: "DNS failed",
  ECONNREFUSED: "the connection was refused",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the network",
  EADDRNOTAVAIL: "the address cannot be used from here",
  UND_ERR_CONNECT_TIMEOUT: "the connection was not established in time",
  UND_ERR_PRX_CONN: "the proxy cannot be reached",
  UND_ERR_PRX_TLS: "the TLS connection to the proxy failed",
  CERT_HAS_EXPIRED: "its TLS certificate has expired",
  CERT_NOT_YET_VALID: "its TLS certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its TLS certificate is self-signed; name its authority in NODE_EXTRA_CA_CERTS",
  SELF_SIGNED_CERT_IN_CHAIN:
    "its TLS certificate comes from an unknown authority; name that authority in NODE_EXTRA_CA_CERTS",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its TLS certificate cannot be verified; name its authority in NODE_EXTRA_CA_CERTS",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "its TLS certificate comes from an unknown authority; name that authority in NODE_EXTRA_CA_CERTS",
  ERR_TLS_CERT_ALTNAME_INVALID: "its TLS certificate is for another name",
};

const afterSending: Readonly<Record<string, string>> = {
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  UND_ERR_SOCKET: "the connection broke off",
  UND_ERR_HEADERS_TIMEOUT: "no answer came in time",
  UND_ERR_BODY_TIMEOUT: "the answer stopped half-way",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer was cut short",
  UND_ERR_HEADERS_OVERFLOW: "the headers of the answer are too large",
};

/** @param thrown what fetch, or reading its answer, threw. */
export function networkFailure(thrown: unknown): NetworkFailure {
  const { code, message, connecting } = innermost(thrown);
  const before = beforeSending[code];
  if (before !== undefined) return { text: before, sent: false };
  if (connecting) return { text: "the connection was not established in time", sent: false };
  if (/^(ERR_SSL_|ERR_TLS_|CERT_)/.test(code)) return { text: `TLS failed (${code})`, sent: false };
  const after = afterSending[code];
  if (after !== undefined) return { text: after, sent: true };
  return { text: message === "" ? "the connection failed" : message, sent: true };
}

/** Follows causes, and the first of several errors, down to the one that has a code. */
function innermost(thrown: unknown): { code: string; message: string; connecting: boolean } {
  let error = thrown as { cause?: unknown; errors?: unknown[]; code?: unknown; message?: unknown; syscall?: unknown };
  for (let depth = 0; depth < 5; depth++) {
    const inner = error.errors?.[0] ?? error.cause;
    if (typeof inner !== "object" || inner === null) break;
    error = inner;
  }
  const code = typeof error.code === "string" ? error.code : "";
  const message = typeof error.message === "string" ? error.message : "";
  return { code, message, connecting: code === "ETIMEDOUT" && error.syscall === "connect" };
}
