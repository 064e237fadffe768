/**
 * One document to one manifest: its version, its kind, its platform's schema.
 *
 * The platform is picked before anything is validated, so that a mistake is judged by the one
 * schema that it was made against.
 */
import type { API_VERSION } from "../api/schema.ts";
import { isObject } from "./defaults.ts";
import { Excerpts } from "./excerpt.ts";
import { pointer } from "./problem.ts";
import type { Mentioned } from "./references.ts";
import { schemaProblems, unknownName } from "./schema-problems.ts";
import { secretTest } from "./secret-fields.ts";
import type {
  AnyManifest,
  DocumentPath,
  Manifest,
  Platform,
  PlatformSource,
  Position,
  Problem,
  SchemaCheck,
} from "./types.ts";
import type { YamlDocument } from "./yaml.ts";

/** As in the API's schemas, which are not loaded here: they bring a library that validating does not need. */
export const VERSION: typeof API_VERSION = "plumbline.dev/v1alpha1";
const GROUP = "plumbline.dev/";
const KINDS = ["Integration", "Rule", "NotificationRoute", "Scenario"] as const;
type KindName = (typeof KINDS)[number];

/** What Plumbline writes itself may lie between manifests. */
const OUTPUTS = ["Plan"];

type PlatformAnswer = Platform | "unloaded" | undefined;

/** A manifest that finds its positions when asked. */
class LoadedManifest implements Manifest {
  readonly object: AnyManifest;
  readonly file: string;
  readonly document: YamlDocument;

  constructor(object: AnyManifest, file: string, document: YamlDocument) {
    this.object = object;
    this.file = file;
    this.document = document;
  }

  locate(path: DocumentPath): Position {
    return this.document.locate(path);
  }
}

/** Checks documents one by one and keeps those that are right. */
export class DocumentLoader {
  readonly manifests: LoadedManifest[] = [];
  /** Documents that are wrong, and declare something all the same. */
  readonly mentioned: Mentioned[] = [];
  /** Platforms that were not loaded. */
  readonly unchecked = new Set<string>();
  private readonly source: PlatformSource;
  private readonly platforms = new Map<string, PlatformAnswer>();
  private readonly broken = new Map<string, string>();
  private readonly kinds = new Map<KindName, SchemaCheck>();

  constructor(source: PlatformSource) {
    this.source = source;
  }

  /** Whether a document is meant for Plumbline. */
  isManifest(value: unknown): value is Record<string, unknown> {
    if (!isObject(value)) return false;
    const version = Object.hasOwn(value, "apiVersion") ? value.apiVersion : misspeltVersion(value);
    if (typeof version !== "string" || !version.startsWith(GROUP)) return false;
    return !(Object.hasOwn(value, "kind") && OUTPUTS.includes(String(value.kind)));
  }

  /** @returns what is wrong with a document; when nothing is, it joins {@link manifests}. */
  async load(file: string, document: YamlDocument): Promise<Problem[]> {
    const value = document.value as Record<string, unknown>;
    const wrong = this.wrongVersion(value, file, document) ?? this.wrongKind(value, file, document);
    if (wrong) {
      this.mention(value, file, document);
      return [wrong];
    }
    if (Object.hasOwn(value, "status")) delete value.status;
    const kind = Object.hasOwn(value, "kind") ? (value.kind as KindName) : undefined;
    const name = kind === "Integration" ? platformName(value) : undefined;
    const platform = name === undefined ? undefined : await this.platform(name);
    const check = typeof platform === "object" ? platform.validate : await this.check(kind ?? guessedKind(value));
    const problems = check(value) ? [] : this.explain(check, value, file, document, platform);
    if (name !== undefined && platform === undefined) problems.push(this.wrongPlatform(name, value, file, document));
    if (platform === "unloaded" && name !== undefined) this.unchecked.add(name);
    if (problems.length === 0) this.manifests.push(new LoadedManifest(value as unknown as AnyManifest, file, document));
    else this.mention(value, file, document);
    return problems;
  }

  /** Remembers what a document that is wrong declares: it may be referred to. */
  mention(value: unknown, file: string, document: Pick<YamlDocument, "locate">): void {
    if (!isObject(value) || !isObject(value.metadata)) return;
    const { name, namespace } = value.metadata;
    if (typeof name !== "string") return;
    const { line } = document.locate([]);
    const text = (one: unknown) => (typeof one === "string" ? one : undefined);
    const kind = text(Object.hasOwn(value, "kind") ? value.kind : undefined);
    this.mentioned.push({ kind, name, platform: platformName(value), namespace: text(namespace), file, line });
  }

  /** @returns the document of a file that holds a line, with its platform. */
  documentAt(file: string, line: number): { document: YamlDocument; platform: Platform | undefined } | undefined {
    let found: LoadedManifest | undefined;
    for (const manifest of this.manifests) {
      if (manifest.file !== file) continue;
      if (!found || manifest.locate([]).line <= line) found = manifest;
    }
    if (!found) return undefined;
    const platform = this.platforms.get(platformName(found.object) ?? "");
    return { document: found.document, platform: typeof platform === "object" ? platform : undefined };
  }

  private wrongVersion(value: Record<string, unknown>, file: string, document: YamlDocument): Problem | undefined {
    if (!Object.hasOwn(value, "apiVersion")) {
      const key = misspeltKey(value) ?? "";
      const message = `Unknown field "${key}". Did you mean "apiVersion"?`;
      return this.problem({ code: "UnknownField", message }, [key], file, document, true);
    }
    if (value.apiVersion === VERSION) return undefined;
    const message = `This version of Plumbline does not know apiVersion ${JSON.stringify(value.apiVersion)}.`;
    const remedy = `Write ${VERSION}, or use a version of Plumbline that knows it.`;
    return this.problem({ code: "UnknownVersion", message, remedy }, ["apiVersion"], file, document);
  }

  private wrongKind(value: Record<string, unknown>, file: string, document: YamlDocument): Problem | undefined {
    const kind = Object.hasOwn(value, "kind") ? value.kind : undefined;
    if (kind === undefined) return undefined; // the schema names the missing or misspelt field
    if (typeof kind === "string" && (KINDS as readonly string[]).includes(kind)) return undefined;
    const said =
      typeof kind === "string"
        ? unknownName("kind", kind, KINDS)
        : { message: "kind must be a string.", remedy: `Known: ${KINDS.join(", ")}.` };
    return this.problem({ code: "UnknownKind", ...said }, ["kind"], file, document);
  }

  private wrongPlatform(name: string, value: unknown, file: string, document: YamlDocument): Problem {
    const path = ["spec", "platform"];
    const reason = this.broken.get(name);
    if (reason !== undefined) return this.problem({ code: "BrokenConnector", message: reason }, path, file, document);
    const said = { code: "UnknownPlatform", ...unknownName("platform", name, this.source.names) };
    return this.problem(said, path, file, document, false, value);
  }

  private explain(
    check: SchemaCheck,
    value: unknown,
    file: string,
    document: YamlDocument,
    platform: PlatformAnswer,
  ): Problem[] {
    const secret = secretTest(value, typeof platform === "object" ? platform : undefined);
    const excerpts = new Excerpts(document, secret);
    return schemaProblems(check.errors ?? [], { file, document, secret, excerpts });
  }

  private problem(
    said: Pick<Problem, "code" | "message" | "remedy">,
    path: DocumentPath,
    file: string,
    document: YamlDocument,
    atKey = false,
    value: unknown = document.value,
  ): Problem {
    const position = atKey ? document.locateKey(path) : document.locate(path);
    const excerpt = new Excerpts(document, secretTest(value, undefined)).at(position);
    return { ...said, file, ...position, path: pointer(path), ...(excerpt === undefined ? {} : { excerpt }) };
  }

  private async platform(name: string): Promise<PlatformAnswer> {
    if (this.platforms.has(name)) return this.platforms.get(name);
    const platform = await this.source.load(name).catch((error: unknown) => {
      this.broken.set(name, error instanceof Error ? error.message : String(error));
      return undefined;
    });
    this.platforms.set(name, platform);
    return platform;
  }

  private async check(kind: KindName): Promise<SchemaCheck> {
    const known = this.kinds.get(kind);
    if (known) return known;
    const check = await this.source.kind(kind);
    this.kinds.set(kind, check);
    return check;
  }
}

/** A version under a key that is not spelt `apiVersion`. */
function misspeltVersion(value: Record<string, unknown>): unknown {
  const key = misspeltKey(value);
  return key === undefined ? undefined : value[key];
}

function misspeltKey(value: Record<string, unknown>): string | undefined {
  return Object.keys(value).find((key) => {
    const each = value[key];
    return typeof each === "string" && each.startsWith(GROUP);
  });
}

function platformName(value: unknown): string | undefined {
  if (!isObject(value) || !isObject(value.spec) || !Object.hasOwn(value.spec, "platform")) return undefined;
  return typeof value.spec.platform === "string" ? value.spec.platform : undefined;
}

/** The kind that a document without one was most likely meant to be, by what it holds. */
function guessedKind({ spec }: Record<string, unknown>): KindName {
  if (!isObject(spec)) return "Integration";
  if (Object.hasOwn(spec, "trigger")) return "Rule";
  if (Object.hasOwn(spec, "given")) return "Scenario";
  return Object.hasOwn(spec, "receivers") || Object.hasOwn(spec, "receiver") ? "NotificationRoute" : "Integration";
}
