/**
 * What of a head may be asked with a credential: nothing that who wrote the head could have sent elsewhere.
 *
 * An Integration is trusted as far as it says the same as at the tip of the base: the same platform, connection and
 * credentials. Its resources, policy and defaults may differ, since a plan only reads, and reads from there.
 */
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { Failure } from "../../api/index.ts";
import type { Integration } from "../../api/integration.ts";
import { stableText } from "../../connector-kit/compare.ts";
import type { CompiledConnector } from "../../connector-kit/compile.ts";
import type { LoadedConfiguration } from "../../manifests/configuration.ts";
import { secretReferences } from "../../manifests/secret-references.ts";
import { trustCheck } from "../../manifests/trust.ts";
import type { Manifest } from "../../manifests/types.ts";
import { ownerOf } from "../../reconcile/pass.ts";

/** What is trusted. */
export interface Trusted {
  /** What `--base` named, for messages. */
  ref: string;
  /** The Integrations at the tip of the base. */
  integrations: readonly Manifest<Integration>[];
  configuration: LoadedConfiguration | undefined;
  /** Where relative files of credentials start, and the repository's root. */
  folder: string;
  root: string;
  /** Whether a file differs in the head. @param path from the root, with slashes. */
  differs(path: string): boolean;
}

const PARTS = ["platform", "connection", "credentials"] as const;

/** Why an Integration may not be asked; undefined where it may. @param compiled its connector, where that is loaded. */
export function refusalOf(
  manifest: Manifest<Integration>,
  compiled: CompiledConnector | undefined,
  trusted: Trusted,
): Failure | undefined {
  const { platform } = manifest.object.spec;
  const why = differenceOf(manifest.object, trusted) ?? foreignFile(manifest.object, trusted);
  if (why === undefined && !compiled) {
    return {
      code: "UntrustedConnector",
      message: `The connector of ${platform} was not loaded, because ${trusted.ref} has another configuration or other code. ${REMEDY}`,
    };
  }
  const reason = why ?? notAllowed(manifest, compiled, trusted);
  if (reason === undefined) return undefined;
  return {
    code: "UntrustedConnection",
    message: `${reason} The system was not asked, and no credential was read. ${REMEDY}`,
  };
}

const REMEDY = "After a review: --trust-head, or plan once it is merged.";

/** What of an Integration's way to its system differs from the trusted one of that name. */
export function differenceOf(
  integration: Integration,
  { ref, integrations }: Pick<Trusted, "ref" | "integrations">,
): string | undefined {
  const owner = ownerOf(integration);
  const same = integrations.filter(({ object }) => ownerOf(object) === owner);
  if (same.length === 0) return `${ref} has no Integration of this name.`;
  const parts = PARTS.filter((part) =>
    same.some(({ object }) => stableText(object.spec[part] ?? {}) !== stableText(integration.spec[part] ?? {})),
  );
  if (parts.length === 0) return undefined;
  return `${parts.map((part) => `spec.${part}`).join(" and ")} ${parts.length === 1 ? "differs" : "differ"} from ${ref}.`;
}

/** A credential's file that lies in the repository and is another one in the head. */
function foreignFile(integration: Integration, { ref, folder, root, differs }: Trusted): string | undefined {
  for (const { reference, part } of secretReferences(integration)) {
    if (part !== "credentials" || !("file" in reference)) continue;
    const path = relative(root, resolve(folder, reference.file));
    if (path === "" || path.startsWith("..") || isAbsolute(path)) continue;
    if (differs(path.split(sep).join("/")))
      return `The file "${reference.file}" of its credentials differs from ${ref}.`;
  }
  return undefined;
}

/** What the trusted configuration does not allow, whatever the head's does. */
function notAllowed(
  manifest: Manifest<Integration>,
  compiled: CompiledConnector | undefined,
  { ref, configuration }: Trusted,
): string | undefined {
  if (!configuration) return undefined;
  const [problem] = trustCheck({ ...configuration, file: `${configuration.file} of ${ref}` })(manifest, compiled);
  return problem?.message;
}
