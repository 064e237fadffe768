/**
 * Trust: a pull request must not be able to take a credential along.
 *
 * A manifest names both the secret and the host that it is sent to, so the operator's configuration
 * bounds both. Hosts bind connections, never values inside resources.
 */
import type { Integration } from "../api/integration.ts";
import type { SecretReference } from "../api/schema.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import { type Allowlist, createAllowlist } from "./allowlist.ts";
import type { LoadedConfiguration } from "./configuration.ts";
import { connectionHosts } from "./connection-hosts.ts";
import { problemAt } from "./problem.ts";
import { secretReferences } from "./secret-references.ts";
import type { Manifest, Problem } from "./types.ts";

/** Finds what is not allowed in one Integration. */
export type TrustCheck = (manifest: Manifest<Integration>, compiled: CompiledConnector | undefined) => Problem[];

/**
 * Makes the check of what a configuration does not allow (`NotAllowed`).
 *
 * @returns a check that takes an Integration and its connector; without a connector the write-only
 *   fields of resources and the connector's own address are unknown and not looked at.
 */
export function trustCheck(configuration: Pick<LoadedConfiguration, "file" | "folder" | "value">): TrustCheck {
  const { allow } = configuration.value;
  if (!allow) return () => [];
  const allowlist = createAllowlist(allow, configuration.folder);
  return (manifest, compiled) => [
    ...(allow.env || allow.files ? referenceProblems(manifest, compiled, allowlist, configuration.file) : []),
    ...(allow.hosts ? hostProblems(manifest, compiled, allowlist, configuration.file) : []),
  ];
}

function referenceProblems(
  manifest: Manifest<Integration>,
  compiled: CompiledConnector | undefined,
  allowlist: Allowlist,
  configurationFile: string,
): Problem[] {
  return secretReferences(manifest.object, compiled).flatMap(({ reference, path }) => {
    const refused = refusedReference(reference, allowlist);
    if (!refused) return [];
    const { what, name, list } = refused;
    return problemAt(manifest, path, {
      code: "NotAllowed",
      message: `${configurationFile} does not allow manifests to read the ${what} ${JSON.stringify(name)}.`,
      remedy: `If it should, add ${JSON.stringify(name)} to \`${list}\` there.`,
    });
  });
}

function refusedReference(
  reference: SecretReference,
  allowlist: Allowlist,
): { what: string; name: string; list: string } | undefined {
  if ("env" in reference && !allowlist.env(reference.env)) {
    return { what: "environment variable", name: reference.env, list: "allow.env" };
  }
  if ("file" in reference && !allowlist.file(reference.file)) {
    return { what: "file", name: reference.file, list: "allow.files" };
  }
  return undefined;
}

function hostProblems(
  manifest: Manifest<Integration>,
  compiled: CompiledConnector | undefined,
  allowlist: Allowlist,
  configurationFile: string,
): Problem[] {
  const { connection = {} } = manifest.object.spec;
  return connectionHosts(connection, compiled).flatMap(({ property, host, port }) => {
    const path = property === undefined ? ["spec", "platform"] : ["spec", "connection", property];
    if (host === undefined) {
      return problemAt(manifest, path, { code: "InvalidUrl", message: `connection.${property} is not a URL.` });
    }
    if (allowlist.host(host, port)) return [];
    return problemAt(manifest, path, {
      code: "NotAllowed",
      message: `${configurationFile} does not allow connections to the host "${host}".`,
      remedy: `If they should be, add "${host}" to \`allow.hosts\` there.`,
    });
  });
}
