/**
 * The Integrations that the manifests declare, found fast and in silence: somebody has pressed TAB.
 *
 * Nothing is checked, no code of the folder runs, and only names that a manifest may have are given: what is
 * proposed stands on a command line a moment later, where a blank or a `$(…)` would be a command.
 */
import { readFile, stat } from "node:fs/promises";
import { decode, mentionsPlumbline } from "../../manifests/decode.ts";
import { findFiles, STDIN } from "../../manifests/files.ts";
import { parseYaml } from "../../manifests/yaml.ts";

export interface Declared {
  name: string;
  namespace: string;
  /** Empty where the manifest does not say it, or says what is no platform's name. */
  platform: string;
}

/** So many bytes are read at most, some tenths of a second's work. */
const MAX_READ = 8 * 1024 * 1024;

/** As `metadata.name` must be (DNS-1123), and as a platform's name must be. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * @param inputs the `-f` arguments. @param cwd the working folder, absolute.
 * @returns at most what {@link MAX_READ} bytes of files declare; never throws for what the files hold.
 */
export async function declaredIntegrations(inputs: readonly string[], cwd: string): Promise<Declared[]> {
  const { files } = await findFiles(inputs, cwd);
  const found: Declared[] = [];
  let left = MAX_READ;
  for (const { path } of files) {
    if (path === STDIN) continue; // it is the terminal
    const bytes = await readUpTo(path, left);
    left -= bytes.length;
    found.push(...declaredIn(bytes));
  }
  return found;
}

/** @returns nothing for a file that is longer or cannot be read. */
async function readUpTo(path: string, most: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    return size > most ? new Uint8Array() : await readFile(path);
  } catch {
    return new Uint8Array();
  }
}

function declaredIn(bytes: Uint8Array): Declared[] {
  if (!mentionsPlumbline(bytes)) return [];
  const decoded = decode(bytes);
  if (!("text" in decoded)) return [];
  if (!/\bkind["']?\s*:\s*["']?Integration\b/.test(decoded.text)) return []; // parsing is what takes time
  return parseYaml(decoded.text).documents.flatMap(({ value }) => declaredBy(value) ?? []);
}

function declaredBy(value: unknown): Declared | undefined {
  if (own(value, "kind") !== "Integration") return undefined;
  const name = nameOr(own(own(value, "metadata"), "name"), "");
  const namespace = nameOr(own(own(value, "metadata"), "namespace"), "default");
  return name === "" ? undefined : { name, namespace, platform: nameOr(own(own(value, "spec"), "platform"), "") };
}

function nameOr(value: unknown, otherwise: string): string {
  return typeof value === "string" && NAME.test(value) ? value : otherwise;
}

function own(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
