/** The framework's request as other parts get it: plain texts, and the body's bytes. */
import type { FastifyRequest } from "fastify";
import type { RawRequest } from "./parts.ts";

/** @param trace the trace that it belongs to. @param contentType the header as it came. */
export function rawRequestOf(request: FastifyRequest, trace: string, contentType: string | undefined): RawRequest {
  const headers = textsOf(request.headers, (values) => values.join(", "));
  if (contentType !== undefined) headers["content-type"] = contentType;
  return {
    method: request.method,
    headers,
    query: textsOf(request.query as Record<string, string | string[]>, (values) => values.at(-1) ?? ""),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    remoteAddress: request.socket.remoteAddress ?? "",
    trace,
  };
}

/** @param join makes one text of several values of a name. */
export function textsOf(
  values: Readonly<Record<string, string | string[] | undefined>>,
  join: (values: readonly string[]) => string,
): Record<string, string> {
  // Not one with a prototype: a header may have any name.
  const found: Record<string, string> = Object.create(null);
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value !== undefined) found[name] = Array.isArray(value) ? join(value) : (value as string);
  }
  return found;
}
