/**
 * The interactive page at `/docs`. Its script comes from this server, and its policy lets it load nothing else: it
 * works where there is no internet, and tells nobody who looks at it.
 *
 * The library holds that script, five megabytes, in itself. It is loaded when somebody first looks at the page, in a
 * server of its own that is asked without a network.
 */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { pagePolicy } from "./headers.ts";
import { HttpError } from "./http-error.ts";

const PREFIX = "/docs";
const PAGE = `${PREFIX}/`;
const paths = [PREFIX, PAGE, `${PREFIX}/js/scalar.js`];

export function addDocsPage(app: FastifyInstance): void {
  let library: Promise<FastifyInstance> | undefined;
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    // The library builds an address of it.
    if (!URL.canParse(`http://${request.headers.host}`)) {
      throw new HttpError(400, "BadRequest", "The Host header is not well-formed.");
    }
    library ??= loadLibrary();
    const { host } = request.headers;
    const path = request.url;
    const told = await (await library).inject({ method: "GET", url: path, headers: { host } });
    for (const name of ["content-type", "location"]) {
      const value = told.headers[name];
      if (value !== undefined) reply.header(name, value);
    }
    const isPage = request.routeOptions.url === PAGE;
    if (isPage) reply.header("content-security-policy", pagePolicy(told.payload));
    else reply.header("cache-control", "private, max-age=3600");
    return reply.code(told.statusCode).send(told.rawPayload);
  };
  for (const path of paths) app.get(path, { schema: { hide: true }, config: { access: "admitted" } }, answer);
}

async function loadLibrary(): Promise<FastifyInstance> {
  const { default: scalar } = await import("@scalar/fastify-api-reference");
  const library = fastify({ logger: false });
  await library.register(scalar, {
    routePrefix: PREFIX,
    configuration: {
      url: "../openapi.json",
      pageTitle: "Plumbline",
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  return library as unknown as FastifyInstance;
}
