/**
 * Makes external systems by the name of their type.
 *
 * A factory is an instance: two of them know nothing of each other. A connector is loaded and compiled when its
 * type is first asked for. Here a wrong call throws, as a wrong name in a program should; the systems that come
 * out answer with results.
 */
import { randomUUID } from "node:crypto";
import { type CompiledConnector, compileConnector } from "../compile.ts";
import type { Connector } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import { systemClock } from "../http/clock.ts";
import { createTransport, type Transport } from "../http/transport.ts";
import type { Clock } from "../http/types.ts";
import { ExternalSystem } from "./external-system.ts";
import { createLender, type Lease } from "./lease.ts";
import { SchemaChecks } from "./schema-checks.ts";
import { arrangeSettings, type Environment } from "./settings.ts";

export interface FactoryOptions {
  /** Where `{ env: NAME }` in settings and the proxy variables are looked up; default: nowhere. */
  env?: Environment;
  /** A program's own time; default the machine's. */
  clock?: Clock;
  /** Makes the way out, once for all systems that are open together; default {@link createTransport}. */
  transport?(): Transport;
  /** Gives a text that no other call gives; default a random UUID. */
  newKey?(): string;
}

/** A connector, or what loads it. */
export type ConnectorSupply = Connector | (() => Promise<Connector>);

/** Makes systems of the connectors that were registered with it; what it makes shares connections and limits. */
export class ExternalSystemFactory {
  readonly #supplies = new Map<string, ConnectorSupply>();
  readonly #compiled = new Map<string, Promise<CompiledConnector>>();
  readonly #checks = new SchemaChecks();
  readonly #env: Environment;
  readonly #clock: Clock;
  readonly #lend: () => Lease;
  readonly #newKey: () => string;

  constructor({ env = {}, clock = systemClock(), transport, newKey = randomUUID }: FactoryOptions = {}) {
    this.#env = env;
    this.#clock = clock;
    this.#newKey = newKey;
    this.#lend = createLender(transport ?? (() => createTransport({ env, clock })));
  }

  /**
   * @returns the factory.
   * @throws ConnectorError CONFLICT when the type is registered already.
   */
  register(type: string, connector: ConnectorSupply): this {
    if (this.#supplies.has(type)) {
      throw new ConnectorError("CONFLICT", `The system type "${type}" is registered already.`);
    }
    this.#supplies.set(type, connector);
    return this;
  }

  /** @returns the registered types, sorted. */
  available(): string[] {
    return [...this.#supplies.keys()].sort();
  }

  /**
   * @returns the connector of a type, with its kinds.
   * @throws ConnectorError UNSUPPORTED listing the known types; Error when its connector cannot be used.
   */
  async get(type: string): Promise<CompiledConnector> {
    const known = this.#compiled.get(type);
    if (known) return known;
    const supply = this.#supplies.get(type);
    if (!supply) {
      const types = this.available();
      const there = types.length === 0 ? "None is registered." : `Known types: ${types.join(", ")}.`;
      throw new ConnectorError("UNSUPPORTED", `There is no system type "${type}". ${there}`);
    }
    const compiled = load(supply);
    this.#compiled.set(type, compiled);
    compiled.catch(() => this.#compiled.delete(type)); // a load that failed may be tried again
    return compiled;
  }

  /**
   * @param config `{ connection, credentials }`, or flat settings; see the documentation of a platform.
   * @throws ConnectorError UNSUPPORTED for an unknown type, VALIDATION for settings that the connector does not know.
   */
  async create(type: string, config: Readonly<Record<string, unknown>> = {}): Promise<ExternalSystem> {
    const compiled = await this.get(type);
    const settings = arrangeSettings(compiled.connector, config);
    const shared = { env: this.#env, checks: this.#checks, clock: this.#clock, lend: this.#lend, newKey: this.#newKey };
    return new ExternalSystem({ type, compiled, settings, ...shared });
  }
}

async function load(supply: ConnectorSupply): Promise<CompiledConnector> {
  return compileConnector(typeof supply === "function" ? await supply() : supply);
}
