/** A connector of no real platform, and a session with it under a virtual clock. */
import {
  type Connector,
  createTransport,
  defineConnector,
  type Http,
  openSession,
  Secret,
  type Session,
  type SessionOptions,
  type TransportOptions,
  Type,
} from "../../src/connector-kit/index.ts";
import { VirtualClock } from "../support/clock.ts";

export const BASE = "https://api.acme.test";
export const TOKEN = "tok-3cr3t/+value";

/** A connector whose reader is the HTTP reader, and whose writer is the HTTP writer. */
export function acme(
  overrides: Partial<Connector> = {},
  http: Partial<NonNullable<Connector["http"]>> = {},
): Connector {
  return defineConnector<Http["reader"], Http["writer"]>({
    platform: "acme",
    title: "Acme",
    connection: Type.Object({ baseUrl: Type.Optional(Type.String()) }),
    credentials: Type.Object({ token: Secret() }),
    http: {
      baseUrl: BASE,
      authorize: ({ credentials }) => ({ headers: { Authorization: `Bearer ${credentials.token}` } }),
      ...http,
    },
    open: ({ http: client }) => ({ reader: client.reader, writer: client.writer }),
    check: async () => ({}),
    ...(overrides as object),
  });
}

export interface Fixture extends Http {
  session: Session;
  clock: VirtualClock;
}

export interface FixtureOptions extends Partial<Omit<SessionOptions, "transport">> {
  connector?: Connector;
  transport?: TransportOptions;
  clock?: VirtualClock;
}

/** Opens a session of the connector; random() is 0.5 throughout. */
export async function opened(options: FixtureOptions = {}): Promise<Fixture> {
  const { connector = acme(), transport: transportOptions, clock = new VirtualClock(), ...session } = options;
  const transport = createTransport({ clock, random: () => 0.5, ...transportOptions });
  const made = await openSession(connector, {
    transport,
    connection: {},
    credentials: { token: TOKEN },
    lane: "background",
    ...session,
  });
  return { session: made, clock, reader: made.reader as Http["reader"], writer: made.writer as Http["writer"] };
}
