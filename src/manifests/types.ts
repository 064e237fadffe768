/** What the loader hands on. */
import type { Integration, Key, Lifecycle, NotificationRoute, Rule, Scenario, Source } from "../api/index.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";

/** A place in a file: lines and columns from 1. */
export interface Position {
  line: number;
  column: number;
}

/** A path inside a document: property names and list positions. */
export type DocumentPath = readonly (string | number)[];

export type AnyManifest = Integration | Rule | NotificationRoute | Scenario;

/** One document of one file, checked. */
export interface Manifest<T extends AnyManifest = AnyManifest> {
  object: T;
  /** As it is shown to people: relative to the working folder where it lies below it. */
  file: string;
  /**
   * Where a value stands; for a path that does not exist, where its nearest existing parent stands.
   * For a value that came through an anchor or a merge key, where it was written.
   */
  locate(path: DocumentPath): Position;
}

/** Something wrong with the input. One mistake gives one problem. */
export interface Problem {
  /** A warning is about what works and should be written differently: it fails nothing. Left out: an error. */
  level?: "error" | "warning";
  /** What programs branch on, one CamelCase word such as `UnknownField`. */
  code: string;
  /** What is wrong and what was expected, with the nearest right word where there is one. */
  message: string;
  /** What to do about it, where the message does not say. */
  remedy?: string;
  /** `<stdin>` for standard input; left out when it is about no file. */
  file?: string;
  line?: number;
  column?: number;
  /** A JSON pointer into the document. */
  path?: string;
  /** The source line, masked where it could hold a secret. */
  excerpt?: string;
}

/** A platform as validation sees it. */
export interface Platform {
  compiled: CompiledConnector;
  /** Checks one Integration of this platform against its whole schema. */
  validate: SchemaCheck;
  /** Loads the check of a receiver's `target`; left out where the platform delivers no notifications. */
  target?(): Promise<SchemaCheck>;
}

/** A compiled JSON Schema; like ajv's, it leaves the errors on itself. */
export interface SchemaCheck {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

export interface SchemaError {
  instancePath: string;
  schemaPath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
  schema?: unknown;
  parentSchema?: unknown;
  data?: unknown;
}

/** Where platforms and the checks of the kinds come from: compiled ahead in the built program, made on demand elsewhere. */
export interface PlatformSource {
  /** All known names, for "did you mean". */
  names: readonly string[];
  /** @returns undefined for an unknown name; "unloaded" for a user's own connector whose code may not run now. */
  load(platform: string): Promise<Platform | "unloaded" | undefined>;
  /** The check of a kind that no platform completes, and of Integration without its platform's part. */
  kind(kind: AnyManifest["kind"]): Promise<SchemaCheck>;
}

/** An entry of `spec.resources`, with `spec.defaults` beneath it. */
export interface DesiredEntry {
  kind: string;
  /** As written, one segment a level. */
  key: Key;
  /** {@link key} after each level's `normalizeKey`, as text: what keys are compared by. */
  keyText: string;
  /** The stated fields, without children and `lifecycle`; secrets are still references. */
  spec: Record<string, unknown>;
  lifecycle: Lifecycle;
  source: Source;
  /** Where a field's value was written, for example in `spec.defaults`; default: {@link source}. */
  fieldSource(field: string): Source;
  /** The kinds of the children lists that the entry states, even as `[]`. */
  statedChildren: readonly string[];
}
