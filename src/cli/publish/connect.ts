/** The way to a host: its API's address and token from the run's environment, HTTP as connectors have it. */
import {
  type Connector,
  createTransport,
  defineConnector,
  type HttpWriter,
  openSession,
  type Transport,
  Type,
} from "../../connector-kit/index.ts";
import { builtinPlatforms } from "../../manifests/platform-source.ts";
import { VERSION } from "../../version.ts";
import type { Surroundings } from "../surroundings.ts";
import type { HostName } from "./flags.ts";
import { github } from "./github.ts";
import { gitlab, gitlabConnector } from "./gitlab.ts";
import type { HostKind } from "./host.ts";

export const hostKinds: Readonly<Record<HostName, HostKind>> = { github, gitlab };

export interface Connected {
  http: HttpWriter;
  close(): Promise<void>;
}

/**
 * Sends nothing yet.
 *
 * @param name whose host.
 * @param token never shown.
 * @throws ConnectorError for an address of an API that is none.
 */
export async function connect(name: HostName, { env, clock, fetch }: Surroundings, token: string): Promise<Connected> {
  const transport: Transport = createTransport({
    env,
    clock,
    userAgent: `plumbline/${VERSION}`,
    ...(fetch ? { fetch } : {}),
  });
  const session = await openSession(name === "gitlab" ? gitlabConnector : await githubConnector(), {
    transport,
    connection: { baseUrl: hostKinds[name].baseUrl(env) },
    credentials: { token },
    lane: "background",
  });
  return {
    http: session.writer as HttpWriter,
    close: () => transport.close(),
  };
}

/** GitHub as its connector speaks to it, without an organisation: the account of a workflow's token has none. */
async function githubConnector(): Promise<Connector> {
  const platform = await builtinPlatforms().load("github");
  if (typeof platform !== "object" || !platform.compiled.connector.http)
    throw new Error("The GitHub connector is not there.");
  const { http, limits = [] } = platform.compiled.connector;
  return defineConnector({
    platform: "github",
    title: "GitHub",
    connection: Type.Object({ baseUrl: Type.Optional(Type.String()) }),
    credentials: Type.Object({ token: Type.String() }),
    http,
    limits,
    open: ({ http }) => ({ reader: http.reader, writer: http.writer }),
    check: async () => ({ scopes: [], missingScopes: [] }),
  });
}
