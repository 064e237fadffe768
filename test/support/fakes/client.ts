/** The fake platform's reader and writer. The reader has no way to write. */
import { ConnectorError } from "../../../src/connector-kit/errors.ts";
import type { Note, Room, Team, Things, World } from "./world.ts";

export type Guard = <T>(name: string, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;
export type RoomInput = Partial<Omit<Room, "id">> & { name: string };

export class FakeReader {
  protected readonly world: World;
  protected readonly guard: Guard;
  readonly #pageSize: number;

  constructor(world: World, guard: Guard, pageSize: number) {
    this.world = world;
    this.guard = guard;
    this.#pageSize = pageSize;
  }

  /** Any other read, by what is noted of it. */
  look(what: string): Promise<Things> {
    return this.guard(what, () => this.world.read(what));
  }

  /** A list in pages; each page is a read of its own, and shows what is there when it is read. */
  async *pages<T>(name: string, of: (things: Things) => readonly T[]): AsyncGenerator<T> {
    for (let page = 1; ; page += 1) {
      const all = of(await this.look(`list ${name} ${page}`));
      yield* all.slice((page - 1) * this.#pageSize, page * this.#pageSize);
      if (page * this.#pageSize >= all.length) return;
    }
  }
}

export class FakeWriter extends FakeReader {
  /** A new room is live, whatever was asked for. */
  createRoom(input: RoomInput): Promise<Room> {
    return this.#write(`create rooms/${input.name}`, () => {
      const room = this.world.mangle({ ...blank(this.world.nextId("r")), ...input, archived: false });
      this.world.things.rooms.push(room);
      return room;
    });
  }

  /** @param lists members that come and go; everything else is set. */
  updateRoom(
    id: string,
    changes: Partial<Room>,
    lists: { added: readonly unknown[]; removed: readonly unknown[] },
  ): Promise<void> {
    const room = this.#room(id);
    return this.#write(`update rooms/${room?.name} ${Object.keys(changes).sort().join(" ")}`, () => {
      if (!room) throw gone(`room ${id}`);
      this.#mustBeLive(room);
      if (changes.size !== undefined) throw new ConnectorError("VALIDATION", "A room's size cannot be changed.");
      const { members: _, ...fields } = changes;
      const removed = new Set(lists.removed);
      const members = [...room.members.filter((member) => !removed.has(member)), ...(lists.added as string[])];
      Object.assign(room, this.world.mangle({ ...room, ...fields, members }));
    });
  }

  setArchived(id: string, archived: boolean): Promise<void> {
    const room = this.#room(id);
    return this.#write(`${archived ? "archive" : "unarchive"} rooms/${room?.name}`, () => {
      if (!room) throw gone(`room ${id}`);
      room.archived = archived;
    });
  }

  removeRoom(id: string): Promise<void> {
    const { things } = this.world;
    return this.#write(`remove rooms/${this.#room(id)?.name}`, () => {
      const user = things.teams.find((team) => team.rooms.includes(id));
      if (user) throw new ConnectorError("CONFLICT", `The team ${user.handle} still has this room.`);
      drop(things.rooms, id);
      things.notes = things.notes.filter((note) => note.roomId !== id);
    });
  }

  createNote(roomId: string, input: Pick<Note, "title"> & Partial<Note>): Promise<Note> {
    const room = this.#room(roomId);
    return this.#write(`create rooms.notes/${room?.name}/${input.title}`, () => {
      if (!room) throw gone(`room ${roomId}`);
      this.#mustBeLive(room);
      const note = { text: "", ...input, id: this.world.nextId("n"), roomId };
      this.world.things.notes.push(note);
      return note;
    });
  }

  updateNote(id: string, changes: Partial<Note>): Promise<void> {
    const note = this.world.things.notes.find((one) => one.id === id);
    return this.#write(`update rooms.notes/${this.#room(note?.roomId)?.name}/${note?.title}`, () => {
      if (!note) throw gone(`note ${id}`);
      this.#mustBeLive(this.#room(note.roomId));
      Object.assign(note, changes);
    });
  }

  removeNote(id: string): Promise<void> {
    const note = this.world.things.notes.find((one) => one.id === id);
    return this.#write(`remove rooms.notes/${this.#room(note?.roomId)?.name}/${note?.title}`, () => {
      this.#mustBeLive(this.#room(note?.roomId));
      drop(this.world.things.notes, id);
    });
  }

  createTeam(input: { handle: string; rooms?: readonly string[] }): Promise<Team> {
    return this.#write(`create teams/${input.handle}`, () => {
      const team = { id: this.world.nextId("t"), handle: input.handle, rooms: this.#known(input.rooms ?? []) };
      this.world.things.teams.push(team);
      return team;
    });
  }

  updateTeam(id: string, changes: { handle?: string; rooms?: readonly string[] }): Promise<void> {
    const team = this.world.things.teams.find((one) => one.id === id);
    return this.#write(`update teams/${team?.handle} ${Object.keys(changes).sort().join(" ")}`, () => {
      if (!team) throw gone(`team ${id}`);
      if (changes.handle !== undefined) team.handle = changes.handle;
      if (changes.rooms) team.rooms = this.#known(changes.rooms);
    });
  }

  removeTeam(id: string): Promise<void> {
    const team = this.world.things.teams.find((one) => one.id === id);
    return this.#write(`remove teams/${team?.handle}`, () => drop(this.world.things.teams, id));
  }

  #write<T>(what: string, run: () => T): Promise<T> {
    return this.guard(what, () => this.world.write(what, run));
  }

  #room(id: string | undefined): Room | undefined {
    return this.world.things.rooms.find((room) => room.id === id);
  }

  #known(rooms: readonly string[]): string[] {
    for (const id of rooms) if (!this.#room(id)) throw new ConnectorError("VALIDATION", `There is no room ${id}.`);
    return [...rooms];
  }

  #mustBeLive(room: Room | undefined): void {
    if (room?.archived) throw new ConnectorError("CONFLICT", `The room ${room.name} is archived.`);
  }
}

function blank(id: string): Room {
  return { id, name: "", topic: "", tags: [], members: [], size: 10, archived: false };
}

function gone(what: string): ConnectorError {
  return new ConnectorError("NOT_FOUND", `There is no ${what}.`, { status: 404 });
}

function drop(list: { id: string }[], id: string): void {
  const index = list.findIndex((one) => one.id === id);
  if (index >= 0) list.splice(index, 1);
}
