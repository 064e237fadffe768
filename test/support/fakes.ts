/**
 * A platform that is none: rooms with notes, and teams that refer to rooms, in memory, with a connector.
 *
 * It has what the engine must cope with and no HTTP: pages, nested things, references and a lookup, a list of
 * members, a write-only secret, a field that cannot change, archiving, renaming, reads that lag, and faults
 * to order. `reads` and `writes` tell what happened, in order.
 */

import { ConnectorError, type ErrorCode } from "../../src/connector-kit/errors.ts";
import { type Connector, defineConnector, defineResource, Secret, Type } from "../../src/connector-kit/index.ts";
import { FakeReader, FakeWriter, type RoomInput } from "./fakes/client.ts";
import { type Lag, type Note, type Room, type Team, World, type WriteFault } from "./fakes/world.ts";

export type { Lag, Note, Room, RoomInput, Team, WriteFault };

export interface FakeOptions {
  /** Default `fake`. */
  platform?: string;
  /** Things on a page; default 2. */
  pageSize?: number;
  /** Fields of rooms that the list lacks and `detail` reads. */
  detail?: readonly (keyof Room)[];
  /** Fields of rooms that nothing shows. */
  unreadable?: readonly (keyof Room)[];
  /** Stated fields of rooms that creating cannot set, so that an update has to follow. */
  unset?: readonly (keyof Room)[];
  /** How long reads lag behind writes; becomes the connector's `settle`. */
  lag?: Lag;
  /** What an entry that does not state `archived` means; default `live`. */
  unstated?: "live" | "asIs";
}

export interface FakeSystem {
  connector: Connector;
  /** The present rooms; a test may change them. */
  readonly rooms: Room[];
  readonly notes: Note[];
  readonly teams: Team[];
  readonly reads: string[];
  readonly writes: string[];
  /** The id that `identity` gives; default `S1`. */
  identity: string;
  /** Puts something there behind the engine's back. @returns it as it is kept. */
  addRoom(room: RoomInput): Room;
  addNote(roomName: string, note: { title: string; text?: string }): Note;
  addTeam(handle: string, roomNames?: readonly string[]): Team;
  addPerson(email: string): string;
  room(name: string): Room | undefined;
  /** Forgets what was read and written. */
  forget(): void;
  /** A read fails until `heal`. @param what as in `reads`: `list rooms 2`, `list rooms.notes api 1`. */
  failRead(what: string, code?: ErrorCode): void;
  /** Writes whose text begins so go wrong: `create rooms/incidents`. */
  failWrite(what: string, fault?: WriteFault): void;
  /** Runs something just before the first write whose text begins so. */
  beforeWrite(what: string, run: () => void | Promise<void>): void;
  /** What the platform makes of each room that is written. */
  mangle(change: (room: Room) => Room): void;
  heal(): void;
}

const text = (description: string) => Type.String({ description, examples: [""] });
const set = { "x-kubernetes-list-type": "set" } as const;

const RoomSchema = Type.Object(
  {
    name: text("The room's name."),
    topic: Type.Optional(text("What it is about.")),
    tags: Type.Optional(Type.Array(Type.String(), { ...set, description: "Words.", examples: [[]] })),
    members: Type.Optional(
      Type.Array(Type.String(), {
        ...set,
        "x-plumbline-members": true,
        "x-plumbline-ref": "people",
        description: "E-mail addresses.",
        examples: [[]],
      }),
    ),
    size: Type.Optional(Type.Integer({ "x-plumbline-immutable": true, description: "Seats.", examples: [10] })),
    archived: Type.Optional(Type.Boolean({ description: "Whether it is archived.", examples: [false] })),
    token: Type.Optional(Secret({ description: "Opens the door." })),
  },
  { additionalProperties: false, description: "A room.", examples: [{ name: "incidents" }] },
);

const NoteSchema = Type.Object(
  { title: text("Unique in its room."), text: Type.Optional(text("What it says.")) },
  { additionalProperties: false, description: "A note.", examples: [{ title: "a" }] },
);

const TeamSchema = Type.Object(
  {
    handle: text("Its handle."),
    rooms: Type.Optional(
      Type.Array(Type.String(), { ...set, "x-plumbline-ref": "rooms", description: "Names of rooms.", examples: [[]] }),
    ),
  },
  { additionalProperties: false, description: "A team.", examples: [{ handle: "oncall" }] },
);

/** Makes an empty system. */
export function fakeSystem(options: FakeOptions = {}): FakeSystem {
  const world = new World(options.lag);
  const { things } = world;
  const system: FakeSystem = {
    connector: fakeConnector(world, options, () => system.identity),
    get rooms() {
      return things.rooms;
    },
    get notes() {
      return things.notes;
    },
    get teams() {
      return things.teams;
    },
    reads: world.reads,
    writes: world.writes,
    identity: "S1",
    ...additions(world),
    room: (name) => things.rooms.find((room) => room.name === name),
    forget() {
      world.reads.length = 0;
      world.writes.length = 0;
    },
    failRead(what, code = "UNAVAILABLE") {
      world.readFaults.set(what, new ConnectorError(code, `The fake failed: ${what}.`));
    },
    failWrite: (what, fault = {}) => world.failWrite(what, fault),
    beforeWrite: (what, run) => world.beforeWrite(what, run),
    mangle(change) {
      world.mangle = change;
    },
    heal: () => world.heal(),
  };
  return system;
}

function additions(world: World): Pick<FakeSystem, "addRoom" | "addNote" | "addTeam" | "addPerson"> {
  const { things } = world;
  const idOf = (name: string): string => {
    const room = things.rooms.find((one) => one.name === name);
    if (!room) throw new Error(`The fake has no room ${name}.`);
    return room.id;
  };
  const added = <T>(list: T[], thing: T): T => {
    list.push(thing);
    return thing;
  };
  return {
    addRoom: (room) =>
      added(things.rooms, {
        ...{ id: world.nextId("r"), topic: "", tags: [], members: [], size: 10, archived: false },
        ...room,
      }),
    addNote: (roomName, note) =>
      added(things.notes, { id: world.nextId("n"), roomId: idOf(roomName), text: "", ...note }),
    addTeam: (handle, names = []) => added(things.teams, { id: world.nextId("t"), handle, rooms: names.map(idOf) }),
    addPerson(email) {
      const id = world.nextId("u");
      world.people.set(email, id);
      return id;
    },
  };
}

function fakeConnector(world: World, options: FakeOptions, identity: () => string): Connector {
  return defineConnector({
    platform: options.platform ?? "fake",
    title: "Fake",
    connection: Type.Object({ baseUrl: Type.Optional(Type.String()) }, { additionalProperties: false }),
    credentials: Type.Object({ token: Type.Optional(Secret()) }, { additionalProperties: false }),
    ...(options.lag ? { settle: `${options.lag.milliseconds}ms` } : {}),
    open: ({ guard }) => ({
      reader: new FakeReader(world, guard, options.pageSize ?? 2),
      writer: new FakeWriter(world, guard, options.pageSize ?? 2),
    }),
    async check(reader: FakeReader) {
      await reader.look("check");
      return { version: "1", account: { id: "u-plumbline", name: "plumbline" } };
    },
    async identity(reader: FakeReader) {
      await reader.look("identity");
      return { id: identity(), title: `system ${identity()}` };
    },
    lookups: {
      people: {
        async resolve(reader, names) {
          await reader.look("resolve people");
          return new Map([...world.people].filter(([email]) => names.includes(email)));
        },
        async names(reader, ids) {
          await reader.look("name people");
          return new Map([...world.people].filter(([, id]) => ids.includes(id)).map(([email, id]) => [id, email]));
        },
      },
    },
    resources: { rooms: rooms(options), "rooms.notes": notes, teams },
  });
}

function rooms({ detail = [], unreadable = [], unset = [], unstated = "live" }: FakeOptions) {
  const hidden = new Set<string>(["id", "token", ...unreadable]);
  const shown = (room: Room, without: readonly string[] = []) =>
    Object.fromEntries(Object.entries(room).filter(([name]) => !hidden.has(name) && !without.includes(name)));
  const { detail: read, ...plain } = defineResource({
    schema: RoomSchema,
    rename: true,
    key: (room) => room.name,
    normalizeKey: (key) => key.toLowerCase(),
    async *list(reader: FakeReader) {
      for await (const room of reader.pages("rooms", (things) => things.rooms)) {
        yield { id: room.id, spec: shown(room, detail) };
      }
    },
    async *detail(reader: FakeReader, observed) {
      for (const one of observed) {
        const found = (await reader.look(`detail rooms ${one.spec.name}`)).rooms.find(({ id }) => id === one.id);
        yield { ...one, spec: found ? shown(found) : one.spec };
      }
    },
    async create(writer: FakeWriter, { desired }) {
      const later = unset.filter((name) => name in desired);
      const now = Object.entries(desired).filter(([name]) => !later.includes(name as keyof Room));
      const { id } = await writer.createRoom(Object.fromEntries(now) as RoomInput);
      return { id, unset: later };
    },
    update: (writer, { observed, changes, lists }) =>
      writer.updateRoom(observed.id, changes, lists.members ?? { added: [], removed: [] }),
    remove: (writer, { id }) => writer.removeRoom(id),
    archived: {
      unstated,
      archive: (writer, { id }) => writer.setArchived(id, true),
      unarchive: (writer, { id }) => writer.setArchived(id, false),
    },
  });
  return detail.length > 0 && read ? { ...plain, detail: read } : plain;
}

const notes = defineResource({
  schema: NoteSchema,
  parent: "rooms",
  key: (note) => note.title,
  async *list(reader: FakeReader, { parents }) {
    for (const parent of parents) {
      try {
        const ofParent = (all: readonly Note[]) => all.filter(({ roomId }) => roomId === parent.id);
        for await (const note of reader.pages(`rooms.notes ${parent.key.at(-1)}`, (things) => ofParent(things.notes))) {
          yield { id: note.id, parent, spec: { title: note.title, text: note.text } };
        }
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        yield { parent, error };
      }
    }
  },
  create: (writer: FakeWriter, { desired, parent }) => writer.createNote(parent.id, desired),
  update: (writer, { observed, changes }) => writer.updateNote(observed.id, changes),
  remove: (writer, { id }) => writer.removeNote(id),
});

const teams = defineResource({
  schema: TeamSchema,
  key: (team) => team.handle,
  async *list(reader: FakeReader) {
    for await (const team of reader.pages("teams", (things) => things.teams)) {
      yield { id: team.id, spec: { handle: team.handle, rooms: team.rooms } };
    }
  },
  create: (writer: FakeWriter, { desired }) => writer.createTeam(desired),
  update: (writer, { observed, changes }) => writer.updateTeam(observed.id, changes),
  remove: (writer, { id }) => writer.removeTeam(id),
});
