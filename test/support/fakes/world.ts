/**
 * What the fake platform holds, what it does when it is written to, and what can be made to go wrong.
 *
 * Reads see the state of `lag` milliseconds ago; writes act on the present one, as on platforms whose
 * lists are eventually consistent. Two rooms may share a name: a double must show, not be refused.
 */
import { ConnectorError } from "../../../src/connector-kit/errors.ts";

export interface Room {
  id: string;
  name: string;
  topic: string;
  tags: string[];
  /** Ids of people. */
  members: string[];
  size: number;
  archived: boolean;
  /** Never read back. */
  token?: string;
}

export interface Note {
  id: string;
  roomId: string;
  title: string;
  text: string;
}

export interface Team {
  id: string;
  handle: string;
  /** Ids of rooms. */
  rooms: string[];
}

export interface Things {
  rooms: Room[];
  notes: Note[];
  teams: Team[];
}

/** A write that goes wrong. */
export interface WriteFault {
  /** It had its effect all the same; only the answer was lost. */
  arrived?: boolean;
  /** Default: `UNAVAILABLE` with an unknown outcome when it arrived, else `VALIDATION`. */
  error?: ConnectorError;
  /** How often; default once. */
  times?: number;
}

export interface Lag {
  milliseconds: number;
  /** Milliseconds since 1970. */
  now(): number;
}

export class World {
  readonly things: Things = { rooms: [], notes: [], teams: [] };
  /** What was read, in order, such as `list rooms 2` or `detail rooms incidents`. */
  readonly reads: string[] = [];
  /** What was written, in order, such as `update rooms/incidents topic`. A write that failed is there too. */
  readonly writes: string[] = [];
  /** E-mail address to id. */
  readonly people = new Map<string, string>();
  readonly readFaults = new Map<string, ConnectorError>();
  /** What the platform makes of a room that is written, such as trimming its topic. */
  mangle: (room: Room) => Room = (room) => room;
  readonly #writeFaults: { what: string; fault: WriteFault; left: number }[] = [];
  readonly #hooks: { what: string; run: () => void | Promise<void> }[] = [];
  readonly #lag: Lag | undefined;
  readonly #history: { at: number; things: Things }[] = [];
  #made = 0;

  constructor(lag?: Lag) {
    this.#lag = lag;
  }

  nextId(prefix: string): string {
    this.#made += 1;
    return `${prefix}${this.#made}`;
  }

  failWrite(what: string, fault: WriteFault): void {
    this.#writeFaults.push({ what, fault, left: fault.times ?? 1 });
  }

  /** Runs something just before the first write whose text begins so. */
  beforeWrite(what: string, run: () => void | Promise<void>): void {
    this.#hooks.push({ what, run });
  }

  heal(): void {
    this.readFaults.clear();
    this.#writeFaults.length = 0;
  }

  /** Notes a read. @returns what a read sees now. @throws ConnectorError as it was told to. */
  async read(what: string): Promise<Things> {
    await Promise.resolve();
    this.reads.push(what);
    const error = this.readFaults.get(what);
    if (error) throw error;
    return this.#visible();
  }

  /** Carries out a write, unless it was told to fail. */
  async write<T>(what: string, run: () => T): Promise<T> {
    await Promise.resolve();
    const hook = this.#hooks.findIndex((one) => what.startsWith(one.what));
    if (hook >= 0) await this.#hooks.splice(hook, 1)[0]?.run();
    this.writes.push(what);
    const planned = this.#writeFaults.find((one) => one.left > 0 && what.startsWith(one.what));
    if (planned) planned.left -= 1;
    if (planned && !planned.fault.arrived) throw planned.fault.error ?? refused(what);
    this.remember();
    const result = run();
    if (planned) throw planned.fault.error ?? lost(what);
    return result;
  }

  /** Keeps the present state for reads that lag; to be called before each change. */
  remember(): void {
    if (this.#lag) this.#history.push({ at: this.#lag.now(), things: structuredClone(this.things) });
  }

  /** The state before the first write that is too young to be seen. */
  #visible(): Things {
    if (!this.#lag) return structuredClone(this.things);
    const horizon = this.#lag.now() - this.#lag.milliseconds;
    const tooYoung = this.#history.find(({ at }) => at > horizon);
    return structuredClone(tooYoung?.things ?? this.things);
  }
}

function refused(what: string): ConnectorError {
  return new ConnectorError("VALIDATION", `The fake refused: ${what}.`);
}

function lost(what: string): ConnectorError {
  return new ConnectorError("UNAVAILABLE", `The fake's answer was lost: ${what}.`, { outcomeUnknown: true });
}
