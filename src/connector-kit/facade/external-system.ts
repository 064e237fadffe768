/**
 * One external system as a program uses it, whatever platform it is.
 *
 * Every method is asynchronous, answers with an {@link OperationResult} and never throws for what the system or
 * the input does wrong. `initialize` checks the settings without any request, `connect` makes one; an operation
 * that comes earlier does both by itself, once. After `close` every operation fails and says so. Whatever
 * leaves here went through the redactor: secrets never stand in a result.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Key } from "../../api/index.ts";
import type { Check } from "../account.ts";
import type { CompiledConnector } from "../compile.ts";
import { ConnectorError } from "../errors.ts";
import { registerSecrets } from "../http/connection.ts";
import { redactedError } from "../http/redact.ts";
import type { Clock } from "../http/types.ts";
import { openSession } from "../session.ts";
import { itemByAction, type NamedAction, queryByAction, runAction, withReference } from "./action-items.ts";
import type { Capabilities } from "./capabilities.ts";
import type { FacadeContext } from "./context.ts";
import { capabilitiesOf } from "./derive-capabilities.ts";
import { type ItemReference, referenceText } from "./find.ts";
import { IncompleteItem, type Item, isRecord, mustBeRecord } from "./item.ts";
import { type ItemType, resolveItemType, type Verb, verbsOf } from "./item-types.ts";
import type { Lease } from "./lease.ts";
import { type OperationMetadata, OperationResult } from "./operation-result.ts";
import { createThing, queryThings, type Removal, readThing, removeThing, updateThing } from "./resource-items.ts";
import type { SchemaChecks } from "./schema-checks.ts";
import { type Environment, resolveSettings, type Settings } from "./settings.ts";

export interface SystemInfo {
  /** The name under which the connector is registered. */
  readonly systemType: string;
  readonly title: string;
  readonly connected: boolean;
  /** Left out where a system has no address, or its settings are not complete. */
  readonly baseUrl?: string;
  readonly capabilities: Capabilities;
  /** What the connection test told; `version` where the platform has one. */
  readonly serverInfo: Omit<Check, "account">;
  /** Whose credential it is. */
  readonly account?: { readonly id: string; readonly name?: string };
  /** Why it is not connected. */
  readonly problem?: { readonly code: string; readonly message: string };
}

/** What a factory gives a system. */
export interface SystemOptions {
  type: string;
  compiled: CompiledConnector;
  settings: Settings;
  env: Environment;
  checks: SchemaChecks;
  clock: Clock;
  lend(): Lease;
  /** Gives a text that no other call gives. */
  newKey(): string;
}

/** Failures after which a system does not count as connected. */
const disconnecting = new Set(["AUTH", "UNAVAILABLE", "TIMEOUT"]);

/** One external system, as programs use it. Its methods answer with an OperationResult and throw nothing. */
export class ExternalSystem {
  /** The name under which the connector is registered. */
  readonly type: string;
  /** Known without a connection. */
  readonly capabilities: Capabilities;
  readonly #options: SystemOptions;
  readonly #requests = new AsyncLocalStorage<{ sent: number }>();
  readonly #underWay = new Set<Promise<unknown>>();
  #lease: Lease | undefined;
  #opening: Promise<FacadeContext> | undefined;
  #connecting: Promise<Check> | undefined;
  #connected = false;
  #closing: Promise<void> | undefined;

  constructor(options: SystemOptions) {
    this.#options = options;
    this.type = options.type;
    this.capabilities = capabilitiesOf(options.compiled);
  }

  /** Checks the settings; sends nothing. A failure names every setting that is missing or wrong. */
  initialize(): Promise<OperationResult<boolean>> {
    const work = async () => Boolean(await this.#open());
    return this.#answer("initialize", work, { otherwise: false });
  }

  /** Tests the connection with one cheap request; may be called again, as a health check. */
  connect(): Promise<OperationResult<boolean>> {
    const work = async () => {
      this.#connecting = undefined;
      return Boolean(await this.#connect());
    };
    return this.#answer("connect", work, { otherwise: false });
  }

  /** Whether the system answered when it was last asked; sends nothing. */
  async isConnected(): Promise<OperationResult<boolean>> {
    return OperationResult.succeed("isConnected", this.#connected && !this.#closing, { duration: 0, requests: 0 });
  }

  /**
   * Carries out one of the connector's actions.
   *
   * @param key the same when a call is tried again, so that platforms that know repetitions act once.
   * @returns what the action answers.
   */
  executeOperation(
    name: string,
    parameters: Readonly<Record<string, unknown>> = {},
    { key }: { key?: string } = {},
  ): Promise<OperationResult> {
    return this.#answer(name, async () => {
      const actions = this.#options.compiled.connector.actions ?? {};
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
      if (!action) throw this.#unsupported(`operation "${name}"`, "operations", Object.keys(actions));
      return runAction(await this.#ready(), [name, action], parameters, key);
    });
  }

  /**
   * @param criteria fields that must equal a value, or `{ contains: value }`; for a nested kind also its
   *   `parent`; for an item type with an action of its own, that action's parameters, or a text where it takes one.
   */
  query(itemType: string, criteria: Readonly<Record<string, unknown>> | string = {}): Promise<OperationResult<Item[]>> {
    return this.#answer("query", () =>
      this.#with(itemType, "query", {
        action: (context, { noun }, action) => queryByAction(context, noun, action, criteria),
        resource: (context, kind) => queryThings(context, kind, criteria),
      }),
    );
  }

  /** @param data the item's fields; for a nested kind also `parent`, a key or an id. */
  createItem(itemType: string, data: Readonly<Record<string, unknown>>): Promise<OperationResult<Item>> {
    return this.#answer("createItem", () =>
      this.#with(itemType, "create", {
        action: (context, { noun }, action) =>
          itemByAction(context, noun, action, mustBeRecord(`The item type "${itemType}"`, data)),
        resource: (context, kind) => createThing(context, kind, data),
      }),
    );
  }

  /** @param data only the fields that are to change. Yes, also when all was so already; `metadata.changed` tells. */
  updateItem(
    itemType: string,
    id: ItemReference | Key,
    data: Readonly<Record<string, unknown>>,
  ): Promise<OperationResult<boolean>> {
    const metadata: Record<string, unknown> = {};
    const work = () =>
      this.#with(itemType, "update", {
        action: async (context, { noun }, action) => {
          const own = mustBeRecord(`The item type "${itemType}"`, data);
          await itemByAction(context, noun, action, { ...own, ...withReference(noun, action, asReference(id)) });
          return true;
        },
        resource: async (context, kind) => {
          metadata.changed = await updateThing(context, kind, id, data);
          return true;
        },
      });
    return this.#answer("updateItem", work, { otherwise: false, metadata });
  }

  /**
   * Removes an item as its kind says, by deleting or by archiving; `how` chooses where both are possible.
   *
   * @returns no, without a failure, when there was nothing to remove.
   */
  deleteItem(
    itemType: string,
    id: ItemReference | Key,
    { how }: { how?: Removal } = {},
  ): Promise<OperationResult<boolean>> {
    const work = () =>
      this.#with(itemType, "delete", {
        action: async (context, { noun }, action) => {
          await itemByAction(context, noun, action, withReference(noun, action, asReference(id)));
          return true;
        },
        resource: (context, kind) => removeThing(context, kind, id, how),
      });
    return this.#answer("deleteItem", work, { otherwise: false });
  }

  /** @returns all fields of one item; a failure NOT_FOUND when there is none. */
  getItem(itemType: string, id: ItemReference | Key): Promise<OperationResult<Item>> {
    return this.#answer("getItem", () =>
      this.#with(itemType, "get", {
        action: (context, { noun }, action) =>
          itemByAction(context, noun, action, withReference(noun, action, asReference(id))),
        resource: (context, kind) => readThing(context, kind, id),
      }),
    );
  }

  /** Tests the connection and tells what the system is; a system that cannot be reached is told as such. */
  systemInfo(): Promise<OperationResult<SystemInfo>> {
    return this.#answer("systemInfo", async () => {
      this.#connecting = undefined;
      try {
        const { account, ...serverInfo } = await this.#connect();
        const context = await this.#open();
        return { ...this.#about(context), connected: true, serverInfo, ...(account ? { account } : {}) };
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        this.#connected = false;
        const context = await this.#opening?.catch(() => undefined);
        const problem = { code: error.code, message: error.message };
        return { ...this.#about(context), connected: false, serverInfo: {}, problem };
      }
    });
  }

  /** Lets what is under way end, then ends all connections. Calling it again changes nothing. */
  async close(): Promise<OperationResult<boolean>> {
    this.#closing ??= this.#end();
    await this.#closing;
    return OperationResult.succeed("close", true, {});
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    this.#connected = false;
    await this.#lease?.release();
  }

  #about(context: FacadeContext | undefined): Omit<SystemInfo, "connected" | "serverInfo"> {
    const { connector } = this.#options.compiled;
    const own = connector.http?.userChosenUrl ? undefined : connector.http?.baseUrl;
    const stated = this.#options.settings.connection.baseUrl ?? own;
    const baseUrl = typeof stated === "string" ? stated : context?.session.origin;
    return {
      systemType: this.type,
      title: connector.title,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      capabilities: this.capabilities,
    };
  }

  /** The one place where an item type becomes an action or a kind of resource. */
  async #with<T>(
    itemType: string,
    verb: Verb,
    by: {
      action(context: FacadeContext, type: ItemType, action: NamedAction): Promise<T>;
      resource(context: FacadeContext, kind: NonNullable<ItemType["kind"]>): Promise<T>;
    },
  ): Promise<T> {
    const type = resolveItemType(this.#options.compiled, String(itemType));
    const action = type.action(verb);
    if (!action && !type.kind) {
      const able = verbsOf(type).map((one) => (one === "query" ? "query" : `${one}Item`));
      throw this.#unsupported(`${verb} for the item type "${itemType}"`, `methods for "${itemType}"`, able);
    }
    const context = await this.#ready();
    return action ? by.action(context, type, action) : by.resource(context, type.kind as NonNullable<ItemType["kind"]>);
  }

  #unsupported(what: string, words: string, supported: readonly string[]): ConnectorError {
    const { title } = this.#options.compiled.connector;
    const list = supported.length === 0 ? "none" : supported.join(", ");
    return new ConnectorError("UNSUPPORTED", `${title} has no ${what}. Supported ${words}: ${list}.`);
  }

  async #ready(): Promise<FacadeContext> {
    await this.#connect();
    return this.#open();
  }

  async #connect(): Promise<Check> {
    const { session } = await this.#open();
    this.#connecting ??= session.check().then((check) => {
      this.#connected = true;
      return check;
    });
    const connecting = this.#connecting;
    try {
      return await connecting;
    } catch (error) {
      if (this.#connecting === connecting) this.#connecting = undefined;
      throw error;
    }
  }

  async #open(): Promise<FacadeContext> {
    this.#opening ??= this.#start();
    const opening = this.#opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }

  async #start(): Promise<FacadeContext> {
    const { compiled, settings, env, checks, lend, newKey } = this.#options;
    const resolved = await resolveSettings(compiled.connector, settings, { env, checks });
    this.#lease ??= lend();
    const { transport } = this.#lease;
    const onRequest = () => {
      const counted = this.#requests.getStore();
      if (counted) counted.sent += 1;
    };
    const session = await openSession(compiled.connector, { transport, ...resolved, lane: "interactive", onRequest });
    return { compiled, session, checks, hide: (secrets) => registerSecrets(transport, secrets), newKey };
  }

  #mustBeOpen(): void {
    if (!this.#closing) return;
    const { title } = this.#options.compiled.connector;
    const message = `The system "${this.type}" (${title}) is closed. Create it anew.`;
    throw new ConnectorError("UNAVAILABLE", message, { retryable: false });
  }

  /** Makes a result of whatever comes out. */
  async #answer<T>(
    operation: string,
    work: () => Promise<T>,
    { otherwise, metadata = {} }: { otherwise?: T; metadata?: Record<string, unknown> } = {},
  ): Promise<OperationResult<T>> {
    const { clock } = this.#options;
    const started = clock.monotonic();
    const counted = { sent: 0 };
    const running = this.#requests.run(counted, async () => {
      this.#mustBeOpen();
      return work();
    });
    this.#underWay.add(running);
    const measured = () => ({ duration: clock.monotonic() - started, requests: counted.sent, ...metadata });
    try {
      const data = this.#redacted(await running) as T;
      if (counted.sent > 0) this.#connected = true;
      return OperationResult.succeed(operation, data, measured());
    } catch (error) {
      const failure = this.#failure(error);
      if (disconnecting.has(failure.code)) this.#connected = false;
      return OperationResult.fail(operation, failure, { ...measured(), ...detailsOf(failure) }, otherwise);
    } finally {
      this.#underWay.delete(running);
    }
  }

  #failure(error: unknown): ConnectorError {
    if (error instanceof ConnectorError) return error;
    const redactor = this.#lease?.transport.redactor;
    const cause = redactor ? redactedError(redactor, error) : error;
    const text = cause instanceof Error ? cause.message : String(cause);
    return new ConnectorError("UNSUPPORTED", `${this.#options.compiled.connector.title} failed: ${text}`, { cause });
  }

  /** A copy in which no text holds a secret. */
  #redacted(value: unknown): unknown {
    const redact = this.#lease?.transport.redactor.redact;
    return redact ? mapTexts(value, redact) : value;
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((element) => mapTexts(element, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, change)]));
}

/** What is known about a failure beside its code and message. */
function detailsOf(failure: ConnectorError): OperationMetadata {
  const { retryable, retryAfter, outcomeUnknown, status, platformCode } = failure;
  return {
    retryable,
    ...(outcomeUnknown ? { outcomeUnknown } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(status === undefined ? {} : { status }),
    ...(platformCode === undefined ? {} : { platformCode }),
    ...(failure instanceof IncompleteItem ? { item: failure.item } : {}),
  };
}

/** An action takes no key in segments; it is written as text. */
function asReference(id: ItemReference | Key): ItemReference {
  return Array.isArray(id) ? referenceText(id as Key) : (id as ItemReference);
}
