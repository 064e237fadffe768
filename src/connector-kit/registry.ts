/**
 * The connectors that this process knows: the built-in ones, loaded when they are first asked for,
 * and the operator's own, whose code runs only where that was allowed.
 *
 * Which platforms a module brings is not known before it is loaded. So where code may not run, every
 * name that is not built in may be one of theirs, and is answered "unloaded".
 */
import { type CompiledConnector, compileConnector } from "./compile.ts";
import type { Connector } from "./contract.ts";
import { createUserModules, type UserModules } from "./user-modules.ts";

/** Built-in connectors by platform. */
export type Loaders = Readonly<Record<string, () => Promise<{ default: Connector }>>>;

export interface OwnConnectors {
  /** Paths and packages, as `plumbline.config.yaml` lists them. */
  modules: readonly string[];
  /** The configuration's folder. */
  folder: string;
  /** Whether their code may run now. */
  allowed: boolean;
}

export class Registry {
  readonly #builtIn: Loaders;
  readonly #own: OwnConnectors | undefined;
  readonly #compiled = new Map<string, Promise<CompiledConnector>>();
  #loading: Promise<ReadonlyMap<string, CompiledConnector>> | undefined;
  #loaded: ReadonlyMap<string, CompiledConnector> = new Map();
  #modules: UserModules | undefined;

  constructor(builtIn: Loaders, own?: OwnConnectors) {
    this.#builtIn = builtIn;
    this.#own = own;
  }

  /** The platforms known so far, sorted; complete after {@link loadOwn}. */
  get names(): readonly string[] {
    return [...Object.keys(this.#builtIn), ...this.#loaded.keys()].sort();
  }

  /**
   * @returns `undefined` for a platform that nobody brings; "unloaded" where it may be one of the
   *   operator's own, whose code may not run now.
   * @throws Error naming the module, when one of the operator's own cannot be used.
   */
  async load(platform: string): Promise<CompiledConnector | "unloaded" | undefined> {
    if (Object.hasOwn(this.#builtIn, platform)) return this.#loadBuiltIn(platform);
    if (!this.#own || this.#own.modules.length === 0) return undefined;
    if (!this.#own.allowed) return "unloaded";
    return (await this.loadOwn()).get(platform);
  }

  /** Loads the operator's own connectors, once. @throws Error naming the module that cannot be used. */
  loadOwn(): Promise<ReadonlyMap<string, CompiledConnector>> {
    if (!this.#own?.allowed) return Promise.resolve(this.#loaded);
    this.#loading ??= this.#loadModules(this.#own);
    return this.#loading;
  }

  /** Ends what loading modules needs. */
  close(): void {
    this.#modules?.close();
  }

  #loadBuiltIn(platform: string): Promise<CompiledConnector> {
    const known = this.#compiled.get(platform);
    if (known) return known;
    const loader = this.#builtIn[platform] as Loaders[string];
    const compiled = loader().then((module) => compileConnector(module.default));
    this.#compiled.set(platform, compiled);
    return compiled;
  }

  async #loadModules({ modules, folder }: OwnConnectors): Promise<ReadonlyMap<string, CompiledConnector>> {
    this.#modules = createUserModules(folder);
    const found = new Map<string, CompiledConnector>();
    const origin = new Map<string, string>();
    for (const module of modules) {
      const compiled = await compileModule(this.#modules, module);
      const { platform } = compiled.connector;
      const other = Object.hasOwn(this.#builtIn, platform) ? "Plumbline itself" : origin.get(platform);
      if (other) throw wrong(module, `it brings the platform "${platform}", which ${other} brings already.`);
      found.set(platform, compiled);
      origin.set(platform, `"${module}"`);
    }
    this.#loaded = found;
    return found;
  }
}

async function compileModule(modules: UserModules, module: string): Promise<CompiledConnector> {
  let exported: unknown;
  try {
    exported = (await modules.load(module)).default;
  } catch (error) {
    throw wrong(module, `it cannot be loaded: ${messageOf(error)}`, error);
  }
  const fault = faultOf(exported);
  if (fault) throw wrong(module, fault);
  try {
    return compileConnector(exported as Connector);
  } catch (error) {
    throw wrong(module, messageOf(error), error);
  }
}

/** What keeps a value from being a connector, before anything is called on it. */
function faultOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "its default export is not what defineConnector gives.";
  const { resources, actions } = value as Record<string, unknown>;
  return (
    lacking("connector", value, {
      text: ["platform", "title"],
      function: ["open", "check"],
      schema: ["connection", "credentials"],
    }) ??
    lackingIn("resource", resources, { function: ["key", "list"], schema: ["schema"] }) ??
    lackingIn("action", actions, { text: ["description"], function: ["run"], schema: ["parameters", "result"] })
  );
}

/** What something must have, by what it is. */
type Needs = Readonly<Partial<Record<"text" | "function" | "schema", readonly string[]>>>;

const typeOf = { text: "string", function: "function", schema: "object" } as const;

function lackingIn(what: string, parts: unknown, needs: Needs): string | undefined {
  for (const [name, part] of Object.entries(parts ?? {})) {
    const fault = lacking(`${what} "${name}"`, part, needs);
    if (fault) return fault;
  }
  return undefined;
}

function lacking(what: string, value: unknown, needs: Needs): string | undefined {
  const given = Object(value) as Record<string, unknown>;
  for (const [type, names] of Object.entries(needs) as [keyof typeof typeOf, readonly string[]][]) {
    const name = names.find((one) => typeof given[one] !== typeOf[type] || given[one] === null);
    if (name !== undefined) return `its ${what} lacks the ${type} "${name}".`;
  }
  return undefined;
}

function wrong(module: string, what: string, cause?: unknown): Error {
  return new Error(`The connector module "${module}" cannot be used: ${what}`, cause === undefined ? {} : { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
