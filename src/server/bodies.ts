/** What the bodies of requests may be: JSON that is neither encoded nor deep, or bytes where an endpoint wants those. */
import type { FastifyInstance } from "fastify";
import { assertShallow } from "./checks.ts";
import { HttpError } from "./http-error.ts";
import type { ServerLimits } from "./limits.ts";

/** Bodies are JSON; endpoints that want the bytes take them in a scope of their own. */
export function addBodies(app: FastifyInstance, { depth }: ServerLimits): void {
  app.removeAllContentTypeParsers();
  const json = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, text, done) => {
    const encoding = request.headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      done(new HttpError(415, "UnsupportedMediaType", "The body has to come without Content-Encoding."));
      return;
    }
    json(request, text as string, (error, value) => {
      if (error) done(new HttpError(400, "BadRequest", "The body is no JSON, or names a prototype.", { cause: error }));
      else done(null, value);
    });
  });
  app.addHook("preValidation", async (request) => {
    if (!Buffer.isBuffer(request.body)) assertShallow(request.body, depth);
  });
}

/** Hands bodies on as they came. The framework would refuse a media type that is not well-formed; it is not asked. */
export function takeBytes(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, done) => done(null, body));
  scope.addHook("onRequest", async ({ raw: { headers } }) => {
    if (headers["content-type"] !== undefined) headers["content-type"] = "application/octet-stream";
  });
}
