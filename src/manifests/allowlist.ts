/**
 * What the operator allows manifests to name, as predicates.
 *
 * A list that is absent allows all; a list that is there allows what one of its globs matches. A
 * leading `!` means nothing special, so that no glob can allow by negation.
 */
import { isAbsolute, normalize, relative, resolve } from "node:path";
import picomatch from "picomatch";
import type { Configuration } from "../api/config.ts";

export interface Allowlist {
  env(name: string): boolean;
  /** @param file as a manifest names it: absolute, or relative to the configuration's folder. */
  file(file: string): boolean;
  /** @param port the effective one; a glob without a port means any. */
  host(host: string, port?: string): boolean;
}

type Matcher = (value: string) => boolean;

/**
 * @param allow the configuration's lists.
 * @param folder the configuration's folder, where relative paths and globs start.
 */
export function createAllowlist(allow: Configuration["allow"], folder: string): Allowlist {
  const env = anyOf(allow?.env);
  const files = allow?.files?.map((glob) => fileMatcher(glob, folder));
  const hosts = anyOf(allow?.hosts?.map((glob) => glob.toLowerCase()));
  return {
    env,
    file: (file) => !files || files.some((matches) => matches(resolve(folder, file))),
    host: (host, port) => hosts(host.toLowerCase()) || (port !== undefined && hosts(`${host.toLowerCase()}:${port}`)),
  };
}

/**
 * What `allow.hosts` says of a host that users choose freely: unlike for a manifest's other hosts, without a list
 * nothing is named.
 */
export function hostTrust(
  allow: Configuration["allow"],
  folder: string,
): (host: string, port: string) => "named" | "unnamed" | "unbound" {
  if (!allow?.hosts) return () => "unbound";
  const allowlist = createAllowlist(allow, folder);
  return (host, port) => (allowlist.host(host, port) ? "named" : "unnamed");
}

/** @returns the same for settings that may be read anew; the globs are compiled when they have changed. */
export function liveHostTrust(
  settings: () => { allow?: Configuration["allow"]; folder: string },
): ReturnType<typeof hostTrust> {
  let known: { allow: Configuration["allow"]; folder: string; trust: ReturnType<typeof hostTrust> } | undefined;
  return (host, port) => {
    const { allow, folder } = settings();
    if (known?.allow !== allow || known?.folder !== folder || !known) {
      known = { allow, folder, trust: hostTrust(allow, folder) };
    }
    return known.trust(host, port);
  };
}

/** A text also matches the glob that it equals: an IPv6 address in brackets is a glob by its form. */
function anyOf(globs: readonly string[] | undefined): Matcher {
  if (!globs) return () => true;
  const matchers = globs.map((glob) => globMatcher(glob));
  const literal = new Set(globs);
  return (value) => literal.has(value) || matchers.some((matches) => matches(value));
}

/** Compares resolved paths, so that `secrets/../../etc/passwd` is not below `secrets/`. */
function fileMatcher(glob: string, folder: string): Matcher {
  const matches = globMatcher(isAbsolute(glob) ? glob : normalize(glob));
  return isAbsolute(glob) ? matches : (file) => matches(relative(folder, file));
}

function globMatcher(glob: string): Matcher {
  return picomatch(glob, { dot: true, nonegate: true, windows: false });
}
