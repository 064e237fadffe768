/** Events, rules and a desk to try them on: a platform of tickets whose writer remembers what it was asked. */
import type { EventEnvelope } from "../../src/api/event.ts";
import type { Rule } from "../../src/api/rule.ts";
import { API_VERSION } from "../../src/api/schema.ts";
import { type CompiledConnector, compileConnector } from "../../src/connector-kit/compile.ts";
import { type Connector, defineAction, defineConnector, Secret, Type } from "../../src/connector-kit/index.ts";
import type { OpenEvent } from "../../src/events/types.ts";
import type { AnyManifest, Manifest } from "../../src/manifests/types.ts";
import type { StoredEvent } from "../../src/store/event-types.ts";

/** One run of an action. */
export interface Sent {
  key: string;
  parameters: Record<string, unknown>;
}

/** What a desk does with a run: its answer, or what it throws. */
export type Desk = (sent: Sent) => unknown;

const closed = { additionalProperties: false } as const;

/** A stand-in for a support desk: events about tickets, actions on them. */
export function desk(platform = "freshdesk", answer: Desk = () => ({ id: 1 })): Connector {
  const run = async (_: unknown, parameters: object, { key }: { key: string }) =>
    answer({ key, parameters: parameters as Record<string, unknown> });
  return defineConnector({
    platform,
    title: "Freshdesk",
    connection: Type.Object({}, closed),
    credentials: Type.Object({ token: Type.Optional(Secret()) }, closed),
    open: () => ({ reader: {}, writer: {} }),
    check: async () => ({}),
    actions: {
      post: defineAction({
        description: "Posts a message to a channel.",
        parameters: Type.Object(
          { channel: Type.String(), message: Type.String(), thread: Type.Optional(Type.String()) },
          closed,
        ),
        result: Type.Object({ ts: Type.String() }),
        run,
      }),
      add_note: defineAction({
        description: "Adds a note to a ticket.",
        idempotent: true,
        parameters: Type.Object(
          {
            ticket: Type.Integer({ minimum: 1 }),
            body: Type.String({ minLength: 1, "x-plumbline-escape": "html" }),
            tags: Type.Optional(Type.Array(Type.String())),
            private: Type.Optional(Type.Boolean()),
          },
          closed,
        ),
        result: Type.Object({ id: Type.Integer(), secret: Type.Optional(Secret()) }),
        run,
      }),
    },
    events: {
      names: ["ticket_created", "ticket_updated"],
      main: { ticket_created: "ticket", ticket_updated: "ticket" },
      authenticate: { type: "sharedSecret", credential: "token", of: () => undefined },
      parse: () => [],
    },
  });
}

export function compiledDesk(answer?: Desk): CompiledConnector {
  return compileConnector(desk("freshdesk", answer));
}

/** A checked manifest whose places do not matter. */
export function manifest(kind: AnyManifest["kind"], name: string, spec: unknown, namespace?: string): Manifest {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const object = { apiVersion: API_VERSION, kind, metadata, spec } as unknown as AnyManifest;
  return { object, file: `${name}.yaml`, locate: () => ({ line: 1, column: 1 }) };
}

export const support = manifest("Integration", "support", { platform: "freshdesk" });

export function rule(spec: Partial<Rule["spec"]>, name = "r"): Manifest {
  const actions = [{ integration: "support", action: "add_note", parameters: { ticket: 1, body: "x" } }];
  return manifest("Rule", name, { trigger: { integration: "support" }, actions, ...spec });
}

export interface EventInput {
  data?: unknown;
  name?: string;
  stored?: Partial<StoredEvent>;
  envelope?: Partial<EventEnvelope>;
  self?: boolean;
}

/** A ticket that the desk `support` tells of. */
export function ticketCreated({
  data,
  name = "ticket_created",
  stored = {},
  envelope = {},
  self = false,
}: EventInput = {}): OpenEvent {
  const type = `freshdesk.${name}`;
  const base: StoredEvent = {
    namespace: "default",
    integration: "default/support",
    platform: "freshdesk",
    source: "/default/support",
    id: "e1",
    type,
    subject: "ticket/1",
    receivedAt: 1000,
    trace: "0af7651916cd43dd8448eb211c80319c",
    hops: 0,
    attributes: "{}",
    data: "{}",
    seq: 1,
    state: "pending",
    repeats: 0,
  };
  const all = { ...base, ...stored };
  return {
    stored: all,
    envelope: {
      specversion: "1.0",
      id: all.id,
      source: all.source,
      type: all.type,
      ...(all.subject === undefined ? {} : { subject: all.subject }),
      data: data ?? { ticket: { id: 1, priority: 4, subject: "Printer on fire" } },
      ...envelope,
    },
    main: "ticket",
    name,
    self,
  };
}

/** An event that another program posted. */
export function posted(type: string, data: unknown = {}): OpenEvent {
  const { stored, envelope } = ticketCreated({ data });
  const { integration: _, platform: __, ...rest } = stored;
  return { stored: { ...rest, source: "/x", type }, envelope: { ...envelope, source: "/x", type }, self: false };
}
