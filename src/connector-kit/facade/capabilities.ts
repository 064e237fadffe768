/**
 * What an external system can do, as data that programs branch on.
 *
 * The defaults are those of a system that keeps single items and nothing more. Names that this version
 * does not know are kept, so that a newer program's capabilities survive an older one.
 */

export interface Capabilities {
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly query: boolean;
  readonly batch: boolean;
  readonly attachments: boolean;
  readonly comments: boolean;
  readonly customFields: boolean;
  readonly relationships: boolean;
  readonly history: boolean;
  /** Delivers notifications: a NotificationRoute may name it. */
  readonly notifications: boolean;
  /** The most things that one request may carry; 0: no batches. */
  readonly maxBatchSize: number;
  /** Requests a minute; 0: no limit is published. */
  readonly rateLimit: number;
  readonly itemTypes: readonly string[];
  readonly queryOperators: readonly string[];
  readonly [extra: string]: unknown;
}

const defaults = {
  create: true,
  update: true,
  delete: true,
  query: true,
  batch: false,
  attachments: false,
  comments: false,
  customFields: false,
  relationships: false,
  history: false,
  notifications: false,
  maxBatchSize: 0,
  rateLimit: 0,
  itemTypes: [] as readonly string[],
  queryOperators: [] as readonly string[],
} satisfies Capabilities;

/** @returns a plain object with every capability, and what else was in it. */
function toObject(capabilities: Capabilities): Record<string, unknown> {
  const { itemTypes, queryOperators } = capabilities;
  return { ...capabilities, itemTypes: [...itemTypes], queryOperators: [...queryOperators] };
}

/**
 * @param object what is left out gets its default; unknown names are kept.
 * @throws TypeError naming the capability whose value is of the wrong type.
 */
function fromObject(object: Readonly<Record<string, unknown>> = {}): Capabilities {
  for (const [name, example] of Object.entries(defaults)) {
    const value = object[name];
    if (value !== undefined && !isLike(value, example)) {
      throw new TypeError(`The capability "${name}" must be ${wordFor(example)}.`);
    }
  }
  const stated = Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
  return { ...defaults, ...stated };
}

function isLike(value: unknown, example: unknown): boolean {
  if (Array.isArray(example)) return Array.isArray(value) && value.every((element) => typeof element === "string");
  if (typeof example === "number") return Number.isInteger(value) && (value as number) >= 0;
  return typeof value === typeof example;
}

function wordFor(example: unknown): string {
  if (Array.isArray(example)) return "a list of strings";
  return typeof example === "number" ? "a whole number from 0 up" : "true or false";
}

/** Turns capabilities into plain objects and back. */
export const Capabilities = { defaults: defaults as Capabilities, toObject, fromObject } as const;
