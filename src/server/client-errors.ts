/**
 * Requests that never became one: what the parser of HTTP refuses, and clients that are too slow. There is only a
 * socket, so the answer is written by hand.
 */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { HttpError, problemOf } from "./http-error.ts";

/** Answers and hangs up. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(errorOf(error.code));
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
  // A peer that does not take the answer is not waited for.
  socket.destroySoon();
}

/** By the codes of Node.js and its parser (nodejs.org/api/http.html, event `clientError`). */
function errorOf(code: string | undefined): HttpError {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new HttpError(431, "HeadersTooLarge", "The headers are larger than this server takes.");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new HttpError(408, "Timeout", "The request did not come in time.");
    default:
      return new HttpError(400, "BadRequest", "This is no well-formed HTTP request.");
  }
}
