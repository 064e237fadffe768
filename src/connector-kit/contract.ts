/**
 * The connector contract: everything the engine knows about a platform.
 *
 * A connector is data and functions; it holds no state and no logic of reconciling. Planning gets
 * a reader only, so that it cannot write. Methods are declared in method syntax on purpose: it lets
 * a `Resource` of a narrow spec stand where the engine expects one of any spec.
 */
import type { Key, Static, TSchema } from "../api/index.ts";
import type { Notification, Notified, NotifyRun } from "../api/notification.ts";
import type { Check, Identity } from "./account.ts";
import type { ConnectorError } from "./errors.ts";
import type { Events } from "./event-contract.ts";
import type { Http } from "./http/types.ts";
import type { Classified, HttpProfile, Limit } from "./http-contract.ts";

/** A spec as the engine handles it: the entry without children and `lifecycle`. */
export type Spec = Record<string, unknown>;

/** A thing that the platform showed. */
export interface Observed<S = Spec> {
  /** The platform's own id; opaque. */
  id: string;
  /** What could be read, in the shape of the schema. A field that is left out is unknown, never empty. */
  spec: Partial<S>;
  /** The parent, for a nested kind: the object that `list` was given. */
  parent?: ObservedParent;
  /** The platform's answer, for an API whose update replaces everything. */
  raw?: unknown;
  /** Other names that a reference may call it by, where the platform makes one of its own of the key: a slug. */
  aliases?: readonly string[];
  /** A version or ETag of the thing, where the platform has one. */
  revision?: string;
}

/** A parent as `list` and `create` see it. */
export interface ObservedParent<S = Spec> {
  id: string;
  /** Its key, one segment a nesting level. */
  key: Key;
  spec: Partial<S>;
  raw?: unknown;
  parent?: ObservedParent;
}

/** The children of one parent could not be read; the others could. */
export interface FailedParent {
  parent: ObservedParent;
  error: ConnectorError;
}

export interface ListRequest {
  /** The observed parents, for a nested kind; empty for a top-level one. */
  parents: readonly ObservedParent[];
  /** The declared keys and the inventory's, or `all` for import and for kinds that are exclusive. */
  keys: "all" | readonly Key[];
  /** The fields that some manifest states, or `all` for import. Nothing else has to be read. */
  fields: "all" | ReadonlySet<string>;
}

/** What a list field lost and gained, element by element, after references became ids. */
export interface ListDelta {
  added: readonly unknown[];
  removed: readonly unknown[];
}

export interface CreateRequest<S> {
  desired: S;
  parent: ObservedParent;
}

export interface UpdateRequest<S> {
  observed: Observed<S>;
  /** All that the manifest states. */
  desired: S;
  /** The stated top-level fields that differ, with their desired values. */
  changes: Partial<S>;
  /** For each changed field that is compared as a set or a map: what came and what went. */
  lists: Readonly<Record<string, ListDelta>>;
}

/** What a create gives back. */
export interface Created {
  id: string;
  /** Stated fields that creating could not set; `update` is called for them at once. */
  unset?: readonly string[];
}

/** How a platform archives. */
export interface Archiving<S = Spec, W = unknown> {
  /** What an entry means that does not state `archived`: that the thing is live, or that it stays as it is. */
  unstated: "live" | "asIs";
  archive(writer: W, observed: Observed<S>): Promise<unknown>;
  unarchive(writer: W, observed: Observed<S>): Promise<unknown>;
}

/** Many writes in one request, where a platform offers that. The answers come in the order given. */
export interface Batch<S = Spec, W = unknown> {
  /** At most so many things in one request. */
  size: number;
  create?(writer: W, requests: readonly CreateRequest<S>[]): Promise<readonly (Created | ConnectorError)[]>;
  update?(writer: W, requests: readonly UpdateRequest<S>[]): Promise<readonly (unknown | ConnectorError)[]>;
  remove?(writer: W, observed: readonly Observed<S>[]): Promise<readonly (unknown | ConnectorError)[]>;
}

/** One kind of thing that a platform keeps. */
export interface Resource<S = Spec, R = unknown, W = unknown> {
  /** What an entry may state. */
  schema: TSchema;
  /** The parent's name in `resources`, for a nested kind. */
  parent?: string;
  /** Kinds whose changes come first. Parents and references do anyway. */
  dependsOn?: readonly string[];
  /** The key of an entry among its siblings. */
  key(spec: S): string;
  /** Keys that are one to the platform give one string; default: as they are. */
  normalizeKey?(key: string): string;
  /** Idempotent; applied to desired and observed alike before they are compared. */
  normalize?(spec: Partial<S>): Partial<S>;
  /** Reads things; a page per request, and a read that is cut short throws. */
  list(reader: R, request: ListRequest): AsyncIterable<Observed | FailedParent>;
  /** Reads stated fields that the list lacks, for the things that state them; gives the things anew. */
  detail?(reader: R, observed: readonly Observed<S>[], fields: ReadonlySet<string>): AsyncIterable<Observed>;
  create?(writer: W, request: CreateRequest<S>): Promise<Created>;
  update?(writer: W, request: UpdateRequest<S>): Promise<unknown>;
  /** Removes for good. Removing what is absent succeeds. */
  remove?(writer: W, observed: Observed<S>): Promise<unknown>;
  /** A third state beside present and absent; the schema then has a boolean field `archived`. */
  archived?: Archiving<S, W>;
  /** What removing means when the entry does not say; default: Delete where there is `remove`, else Archive. */
  onRemove?: "Delete" | "Archive";
  /** `update` also carries out a changed key. */
  rename?: boolean;
  /**
   * Kinds of which the platform removes those things along that refer to the removed one in a field with
   * `x-plumbline-ref`, which `list` shows. Nested kinds always go along.
   */
  cascades?: readonly string[];
  batch?: Batch<S, W>;
  /** Whether a thing gives somebody control over the system; the last one may not go. */
  owner?(spec: Partial<S>): boolean;
}

/** Turns names that people write into ids, and back for import. */
export interface Lookup<R = unknown> {
  /** @returns the id of each name that exists; a name that is left out cannot be resolved. */
  resolve(reader: R, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** @returns the name of each id that has one. */
  names?(reader: R, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** One run of an action, however often it is tried. */
export interface ActionRun {
  /**
   * The same each time that this run is tried: what a platform knows a repetition by is made of it, such as
   * an idempotency key, an external id or a Message-ID.
   */
  key: string;
}

/** What a manifest states of an Integration, before any secret is read. */
export interface Declared {
  /** As written: a value may be a reference such as `{ env: NAME }`. */
  connection: Readonly<Record<string, unknown>>;
  /** The names of the credentials that are stated. */
  credentials: readonly string[];
}

/** What cannot work with what is declared. */
export interface Misfit {
  /** The field that is wrong, or is missing. */
  field: string;
  /** A sentence. */
  message: string;
  remedy?: string;
}

/** Something that can be done once, by a rule or by hand. */
export interface Action<P = Spec, R = unknown> {
  description: string;
  parameters: TSchema;
  result: TSchema;
  /**
   * Looks at what no schema can say, when manifests are validated: whether parameters go with the connection. Pure.
   *
   * @param parameters as a rule states them, which fit the schema: any text may be a template.
   * @returns undefined for what may work.
   */
  fits?(parameters: Spec, declared: Declared): Misfit | undefined;
  /**
   * Doing it twice with the same {@link ActionRun.key} is doing it once. All actions are tried again after an answer
   * that never came; the record of a run says of one without this that it may have been done twice.
   */
  idempotent?: true;
  run(writer: unknown, parameters: P, run: ActionRun): Promise<R>;
}

export interface OpenContext {
  connection: Readonly<Record<string, unknown>>;
  /** Resolved secrets. */
  credentials: Readonly<Record<string, string>>;
  /** Only where the connector has an `http` profile. */
  http: Http;
  /**
   * Runs something that is not HTTP under the same limits, breaker and redaction.
   *
   * @param name what is done, as in "failed to …"; a limit of that name applies.
   * @param classify names the failure an error stands for; without it, UNAVAILABLE. As with HTTP, one that is
   *   UNAVAILABLE or a TIMEOUT and not `rejected` may have had its effect.
   */
  guard<T>(
    name: string,
    run: (signal: AbortSignal) => Promise<T>,
    classify?: (error: unknown) => Classified | undefined,
  ): Promise<T>;
  /**
   * Waits, for what a platform says inside an answer: a part of a batch that is to come again later, a job
   * that is not done. What an answer's status and headers say is waited for without it.
   *
   * @throws ConnectorError RATE_LIMITED, at once, when it is longer than this run may wait.
   */
  wait(milliseconds: number): Promise<void>;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface Connector {
  /** Its name in manifests: lower-case letters and digits. */
  platform: string;
  title: string;
  /** What `spec.connection` may hold. */
  connection: TSchema;
  /** What `spec.credentials` may hold: {@link Secret} fields. */
  credentials: TSchema;
  /**
   * Other names of settings, for programs: flat name to `connection.FIELD` or `credentials.FIELD`. Fields go by
   * their own names and in snake_case without it.
   */
  settings?: Readonly<Record<string, string>>;
  http?: HttpProfile;
  limits?: readonly Limit[];
  /** Requests at once; default 4. */
  concurrency?: number;
  /** Reads that the platform made POSTs: full URL paths. */
  readPosts?: readonly string[];
  /** How long a read may lag behind a write; default `0s`. */
  settle?: string;
  open(context: OpenContext): { reader: unknown; writer: unknown };
  check(reader: unknown): Promise<Check>;
  /** Left out where a system is known by its address alone (a mail server). */
  identity?(reader: unknown): Promise<Identity>;
  resources?: Readonly<Record<string, Resource>>;
  lookups?: Readonly<Record<string, Lookup>>;
  actions?: Readonly<Record<string, Action>>;
  events?: Events;
  /** What a receiver's `target` may hold; checked when manifests are validated. */
  target?: TSchema;
  /**
   * Looks at what no schema can say, when manifests are validated: whether a target goes with the connection. Pure.
   *
   * @param target one that fits {@link target}. @returns undefined for what may work.
   */
  targetFits?(target: Spec, declared: Declared): Misfit | undefined;
  /**
   * Delivers a notification in the platform's own form, within its limits; what does not fit is left out and said.
   *
   * @throws ConnectorError NOT_FOUND for a `run.previous` that is gone: it is then sent anew.
   */
  notify?(writer: unknown, notification: Notification, target: Spec, run: NotifyRun): Promise<Notified>;
}

/**
 * Declares a resource; gives its functions their types.
 *
 * @typeParam R the connector's reader, `W` its writer: annotate the first function that takes one.
 */
export function defineResource<S extends TSchema, R, W>(
  definition: Resource<Static<S>, R, W> & { schema: S },
): Resource {
  return definition as unknown as Resource;
}

/** Declares an action; gives its parameters their types. */
export function defineAction<P extends TSchema, W, R>(
  definition: Omit<Action, "parameters" | "run"> & {
    parameters: P;
    run(writer: W, parameters: Static<P>, run: ActionRun): Promise<R>;
  },
): Action {
  return definition as unknown as Action;
}

/** What a connector writes: `open` fixes the types of reader and writer for all that follows. */
export interface ConnectorDefinition<R, W>
  extends Omit<Connector, "open" | "check" | "identity" | "lookups" | "notify"> {
  open(context: OpenContext): { reader: R; writer: W };
  check(reader: R): Promise<Check>;
  identity?(reader: R): Promise<Identity>;
  lookups?: Readonly<Record<string, Lookup<R>>>;
  notify?(writer: W, notification: Notification, target: Spec, run: NotifyRun): Promise<Notified>;
}

/**
 * Declares a connector. The module's default export is what this returns.
 *
 * @throws nothing: a wrong declaration is reported by `compileConnector`, with the connector's name.
 */
export function defineConnector<R, W>(definition: ConnectorDefinition<R, W>): Connector {
  return definition as unknown as Connector;
}
