/** `plumbline import`: all that is live, on stdout, or nothing at all. */
import type { CompiledConnector } from "../../connector-kit/compile.ts";
import { didYouMean } from "../../manifests/nearest.ts";
import { credentialIn, withoutCredentials } from "../../manifests/token-forms.ts";
import { type Imported, importLive } from "../../reconcile/import/index.ts";
import type { Run } from "../command.ts";
import type { ImportFlags } from "../commands/import.ts";
import { connected, oneIntegration } from "../connected.ts";
import { UserError } from "../errors.ts";
import { manifestYaml, type Remark } from "../manifest-yaml.ts";
import type { Output } from "../output.ts";
import { count, visible } from "../plain-text.ts";
import { openSoundWorkspace } from "../workspace.ts";

const run: Run<ImportFlags, string[]> = async (invocation, flags, name = "", ...kinds) => {
  const workspace = await openSoundWorkspace(invocation, flags.file);
  if (!workspace) return 1;
  const { output } = invocation;
  const { manifest, platform } = await oneIntegration(workspace, name);
  const { compiled, validate } = platform;
  const wanted = wantedKinds(compiled, kinds);
  const imported = await connected(invocation, workspace, async (connections) => {
    const session = await connections.open(manifest);
    return importLive({
      compiled,
      integration: withoutStatus(manifest.object),
      kinds: wanted,
      check: validate,
      reader: session.reader,
      guard: session.guardErrors,
      secret: (text) => output.redact(text) !== text || credentialIn(text) !== undefined,
    });
  });
  output.print(manifestYaml(imported.integration, imported.unread.map(remarkOf)));
  tellLeftOut(imported, output);
  if (kinds.length > 0) tellOthers(Object.keys(manifest.object.spec.resources ?? {}), imported, output);
  return 0;
};
export default run;

/** @throws UserError naming the nearest kind. */
function wantedKinds({ connector, kinds }: CompiledConnector, given: readonly string[]): Set<string> {
  const known = [...kinds.keys()];
  for (const name of given) {
    if (kinds.has(name)) continue;
    const near = didYouMean(name, known);
    throw new UserError(`${connector.title} has no kind "${name}".${near} It has ${known.join(", ") || "none"}.`);
  }
  const isWanted = (kind: string) => given.some((name) => kind === name || kind.startsWith(`${name}.`));
  return new Set(given.length === 0 ? known : known.filter(isWanted));
}

function withoutStatus<T extends object>(object: T): T {
  const { status: _, ...rest } = object as T & { status?: unknown };
  return rest as T;
}

function remarkOf({ path, fields }: Imported["unread"][number]): Remark {
  const names = fields.map((field) => field.join("."));
  const [first = []] = fields;
  const [top = "", ...inner] = first;
  const example = inner.reduceRight((value, field) => `{ ${field}: ${value} }`, "{ env: NAME }");
  return {
    path: ["spec", "resources", ...path],
    lines: [`Cannot be read: ${names.join(", ")}. To set it, add a reference: ${top}: ${example}`],
  };
}

function tellLeftOut({ leftOut, unstatable, count: total }: Imported, output: Output): void {
  for (const { kind, field } of unstatable) {
    output.warn(`${kind}: not imported, since ${field} cannot be read. Declare them by hand, with references.`);
  }
  for (const { kind, key, field, why } of leftOut) {
    const what = field === undefined ? "left out" : `${field} left out`;
    output.warn(visible(withoutCredentials(`${kind}/${key}: ${what}, since ${why}.`)));
  }
  output.note(`Imported ${count(total, "thing")}${leftOut.length > 0 ? `; ${leftOut.length} left out` : ""}.`);
}

/** Somebody may put the output in the manifest's place; with `prune` that would remove what is not in it. */
function tellOthers(declared: readonly string[], { integration }: Imported, output: Output): void {
  const others = declared.filter((kind) => !Object.hasOwn(integration.spec.resources ?? {}, kind));
  if (others.length === 0) return;
  output.warn(
    `The manifest declares ${others.join(", ")} too, which this leaves out: add it to that file, do not replace it.`,
  );
}
