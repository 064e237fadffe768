/**
 * Errors as problem documents (RFC 9457): a number for machines in between, a word for programs, a sentence for people.
 *
 * What nobody foresaw is told to the log and not to whoever asked: the answer then has the trace to look for.
 */
import { STATUS_CODES } from "node:http";
import { ConnectorError, type ErrorCode } from "../connector-kit/errors.ts";

/** The words in `code` beside those of failed calls to a system. docs/errors.md explains each. */
export const httpCodes = [
  "BadRequest",
  "Conflict",
  "Forbidden",
  "HeadersTooLarge",
  "Internal",
  "MethodNotAllowed",
  "NotFound",
  "ReservedSource",
  "Timeout",
  "TooLarge",
  "TooManyTries",
  "Unauthenticated",
  "Unavailable",
  "UnsupportedMediaType",
] as const;
export type HttpCode = (typeof httpCodes)[number];

/** One wrong field of a request. */
export interface FieldProblem {
  /** A JSON pointer into the part of the request, after its name: `query/limit`, `body/parameters`. */
  field: string;
  message: string;
}

export interface Problem {
  type: "about:blank";
  title: string;
  status: number;
  code: string;
  detail: string;
  trace?: string;
  errors?: readonly FieldProblem[];
}

/** An answer that is an error. Its message is shown to whoever asked, so it holds no secret. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: readonly FieldProblem[];

  constructor(
    status: number,
    code: HttpCode | ErrorCode,
    message: string,
    more: { headers?: Readonly<Record<string, string>>; fields?: readonly FieldProblem[]; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.status = status;
    this.code = code;
    this.headers = more.headers ?? {};
    this.fields = more.fields ?? [];
  }
}

/** RFC 9457 section 3; the framework would add the encoding itself. */
export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** @returns the document for an error; `trace` is what its log lines carry. */
export function problemOf({ status, code, message, fields }: HttpError, trace?: string): Problem {
  return {
    type: "about:blank",
    title: STATUS_CODES[status] ?? "Error",
    status,
    code,
    detail: message,
    ...(trace === undefined ? {} : { trace }),
    ...(fields.length > 0 ? { errors: fields } : {}),
  };
}

/** What a failed call to another system is to whoever asked us: 502 to 504 are that system's, 4xx the caller's. */
const connectorStatus: Readonly<Record<ErrorCode, number>> = {
  AUTH: 502,
  PERMISSION: 502,
  NOT_FOUND: 422,
  CONFLICT: 409,
  VALIDATION: 422,
  RATE_LIMITED: 503,
  UNAVAILABLE: 502,
  TIMEOUT: 504,
  UNSUPPORTED: 422,
};

/** Errors of the framework, by its codes (fastify.dev/docs/latest/Reference/Errors). */
const frameworkErrors: ReadonlyMap<string, [status: number, code: HttpCode, message: string]> = new Map([
  ["FST_ERR_CTP_BODY_TOO_LARGE", [413, "TooLarge", "The body is larger than this endpoint takes."]],
  ["FST_ERR_CTP_INVALID_MEDIA_TYPE", [415, "UnsupportedMediaType", "The body has to be application/json."]],
  ["FST_ERR_CTP_INVALID_CONTENT_LENGTH", [400, "BadRequest", "The body is not as long as Content-Length says."]],
  ["FST_ERR_CTP_EMPTY_JSON_BODY", [400, "BadRequest", "The body is empty; it has to be a JSON object."]],
  ["FST_ERR_CTP_INVALID_JSON_BODY", [400, "BadRequest", "The body is no JSON."]],
  ["FST_ERR_BAD_URL", [400, "BadRequest", "The path is not well-formed."]],
  ["FST_ERR_MAX_PARAM_LENGTH", [414, "BadRequest", "A part of the path is too long."]],
]);

/** @returns what to answer, and whether the operator has to look. */
export function asHttpError(thrown: unknown): HttpError {
  if (thrown instanceof HttpError) return thrown;
  if (thrown instanceof ConnectorError) return fromConnector(thrown);
  const { code, name } = thrown as { code?: unknown; name?: unknown };
  const known = typeof code === "string" ? frameworkErrors.get(code) : undefined;
  if (known) return new HttpError(known[0], known[1], known[2], { cause: thrown });
  if (name === "StoreError") {
    const headers = { "retry-after": "5" };
    return new HttpError(503, "Unavailable", "The state cannot be read or written.", { headers, cause: thrown });
  }
  return new HttpError(500, "Internal", "Something went wrong here. The log has it under this trace.", {
    cause: thrown,
  });
}

function fromConnector(error: ConnectorError): HttpError {
  const { code, message, retryAfter } = error;
  const headers = retryAfter === undefined ? {} : { "retry-after": String(Math.ceil(retryAfter / 1000)) };
  return new HttpError(connectorStatus[code], code, message, { headers, cause: error });
}
