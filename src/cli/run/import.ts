/** `plumbline import`: all that is live, on stdout or in the manifest's own file, or nothing at all. */
import type { CompiledConnector } from "../../connector-kit/compile.ts";
import { didYouMean } from "../../manifests/nearest.ts";
import { credentialIn } from "../../manifests/token-forms.ts";
import { type Imported, type ImportRequest, importLive } from "../../reconcile/import/index.ts";
import { mergeLive } from "../../reconcile/import/merge.ts";
import type { Run } from "../command.ts";
import type { ImportFlags } from "../commands/import.ts";
import { connected, oneIntegration } from "../connected.ts";
import { ManifestFile } from "../edit/manifest-file.ts";
import { UserError } from "../errors.ts";
import { tellLeftOut, tellMerged, tellOthers } from "../import-report.ts";
import { manifestYaml, type Remark } from "../manifest-yaml.ts";
import { openSoundWorkspace, problemsWith, showProblems } from "../workspace.ts";

const run: Run<ImportFlags, string[]> = async (invocation, flags, name = "", ...kinds) => {
  if (flags["all-fields"] && !flags.write)
    throw new UserError("--all-fields is for --write; without it all is written.");
  const workspace = await openSoundWorkspace(invocation, flags.file);
  if (!workspace) return 1;
  const { output, surroundings } = invocation;
  const { manifest, platform } = await oneIntegration(workspace, name);
  const wanted = wantedKinds(platform.compiled, kinds);
  const file = flags.write ? await ManifestFile.open(manifest, surroundings.cwd) : undefined;
  const live = <T>(read: (request: ImportRequest) => Promise<T>): Promise<T> =>
    connected(invocation, workspace, async (connections) => {
      const { reader, guardErrors } = await connections.open(manifest);
      return read({
        compiled: platform.compiled,
        integration: withoutStatus(manifest.object),
        kinds: wanted,
        check: platform.validate,
        reader,
        guard: guardErrors,
        secret: (text) => output.redact(text) !== text || credentialIn(text) !== undefined,
      });
    });
  if (!file) {
    const imported = await live(importLive);
    output.print(manifestYaml(imported.integration, imported.unread.map(remarkOf)));
    tellLeftOut(imported, output);
    if (kinds.length > 0) tellOthers(Object.keys(manifest.object.spec.resources ?? {}), imported, output);
    return 0;
  }
  const apply = file.apply.bind(file);
  const merged = await live((request) =>
    mergeLive({ ...request, manifest, apply, allFields: flags["all-fields"] === true }),
  );
  if (file.isChanged) {
    const problems = await problemsWith(invocation, workspace, flags.file, new Map([[file.path, file.text]]));
    if (problems.length > 0) {
      showProblems(invocation, problems);
      output.error(`${file.shown} was not changed: with what is live it would not be valid.`);
      return 1;
    }
    await file.write();
  }
  tellMerged(merged, file, output);
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
