/**
 * Platforms of tests, compiled once a test file: compiling GitHub's schemas takes longer than most commands, and
 * the built program does not do it at all.
 */
import type { Connector } from "../../src/connector-kit/contract.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import { runtimePlatforms } from "../../src/manifests/platforms.ts";
import type { PlatformSource } from "../../src/manifests/types.ts";

const builtIn = builtinPlatforms();
const compiled = new WeakMap<Connector, PlatformSource>();

/** @param connectors beside the built-in ones. */
export function platformsWith(connectors: readonly Connector[]): PlatformSource {
  const given = new Map(connectors.map((connector) => [connector.platform, connector]));
  return {
    names: [...new Set([...builtIn.names, ...given.keys()])].sort(),
    load: async (name) => (await builtIn.load(name)) ?? sourceOf(given.get(name))?.load(name),
    kind: (kind) => builtIn.kind(kind),
  };
}

function sourceOf(connector: Connector | undefined): PlatformSource | undefined {
  if (!connector) return undefined;
  const { platform } = connector;
  const known = compiled.get(connector);
  if (known) return known;
  const source = runtimePlatforms({
    names: [platform],
    load: async (name) => (name === platform ? connector : undefined),
  });
  compiled.set(connector, source);
  return source;
}
