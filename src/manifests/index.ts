/**
 * Manifests: from files to checked objects with a place for every value, and what they want to exist.
 *
 * `platforms.ts` is not here: it brings the schema compiler, which most commands do without.
 */
export { type Allowlist, createAllowlist } from "./allowlist.ts";
export { type CheckOptions, checkAll } from "./checks.ts";
export { findConfiguration, type LoadedConfiguration } from "./configuration.ts";
export { type ConnectionHost, connectionHosts } from "./connection-hosts.ts";
export { type DeclaredEntry, desiredEntries } from "./desired.ts";
export { normalizedKeyText, normalizeSegment } from "./keys.ts";
export { type LoadedManifests, type LoadOptions, loadManifests } from "./load.ts";
export { didYouMean, nearest } from "./nearest.ts";
export type { ConnectorSource } from "./platforms.ts";
export { formatSource, pointer, problemAt, sortProblems, sourceAt } from "./problem.ts";
export { isIntegration, type Mentioned, namespaceOf, qualifiedName } from "./references.ts";
export { type RenderOptions, renderProblems } from "./render.ts";
export { SecretError, type SecretErrorCode } from "./secret-error.ts";
export { isSecretReference, type LocatedReference, secretReferences } from "./secret-references.ts";
export { resolveConnection, resolveCredentials, resolveSecret, type SecretContext } from "./secrets.ts";
export { withoutCredentials } from "./token-forms.ts";
export type * from "./types.ts";
