/** The framework's request as other parts get it: plain texts, and the body's bytes. */
import type { FastifyRequest } from "fastify";
import type { RawRequest } from "./parts.ts";

/** @param trace the trace that it belongs to. @param contentType the header as it came. */
export function rawRequestOf(request: FastifyRequest, trace: string, contentType: string | undefined): RawRequest {
  const headers = { ...request.headers, "content-type": contentType };
  return {
    method: request.method,
    headers: texts(headers, (values) => values.join(", ")),
    query: texts(request.query as Record<string, string | string[]>, (values) => values.at(-1) ?? ""),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    remoteAddress: request.socket.remoteAddress ?? "",
    trace,
  };
}

function texts(
  values: Readonly<Record<string, string | string[] | undefined>>,
  join: (values: readonly string[]) => string,
): Record<string, string> {
  const entries = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? join(value) : value] as const],
  );
  return Object.fromEntries(entries);
}
