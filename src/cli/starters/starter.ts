/** What a platform puts into a starter folder. */

/** Where the schema for editors is put: a folder with a dot is not searched for manifests. */
export const SCHEMA_FILE = ".schemas/plumbline.json";

/** The first line of a manifest below `manifests/`, by which editors find the schema. */
export const MODELINE = `# yaml-language-server: $schema=../${SCHEMA_FILE}`;

export interface Starter {
  /** How people know the platform. */
  title: string;
  /** The name of the manifest's Integration. */
  integration: string;
  /** The environment variables that hold its credentials. */
  variables: readonly string[];
  /** What `allow.env` of the settings needs for it: globs. */
  env: readonly string[];
  /** What `allow.hosts` needs for it: globs. */
  hosts: readonly string[];
  /** `manifests/PLATFORM.yaml`; `validate` passes on it as it is. */
  manifest: string;
}
