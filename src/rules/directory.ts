/** Which Integrations there are, by namespace: what `integration` and `platform` of a trigger or an action mean. */
import type { Integration } from "../api/integration.ts";
import { isIntegration, namespaceOf } from "../manifests/references.ts";
import type { Manifest } from "../manifests/types.ts";

/** What a name or a platform leads to. */
export type Target = { integration: string; platform: string } | { missing: string };

export interface Directory {
  /** @param asked the name, else the platform, of which there has to be one only. */
  find(namespace: string, asked: { integration?: string | undefined; platform?: string | undefined }): Target;
}

export function createDirectory(manifests: readonly Manifest[]): Directory {
  const namespaces = new Map<string, Map<string, string>>();
  for (const { object } of manifests.filter(isIntegration)) {
    const known = namespaces.get(namespaceOf(object)) ?? new Map<string, string>();
    namespaces.set(namespaceOf(object), known.set(object.metadata.name, platformOf(object)));
  }
  return {
    find(namespace, { integration, platform }) {
      const known = namespaces.get(namespace) ?? new Map<string, string>();
      return integration === undefined ? byPlatform(known, platform ?? "") : byName(known, integration);
    },
  };
}

function platformOf({ spec }: Integration): string {
  return spec.platform;
}

function byName(known: ReadonlyMap<string, string>, integration: string): Target {
  const platform = known.get(integration);
  return platform === undefined ? { missing: `there is no Integration ${integration}` } : { integration, platform };
}

function byPlatform(known: ReadonlyMap<string, string>, platform: string): Target {
  const named = [...known].filter(([, of]) => of === platform).map(([name]) => name);
  const [only, ...others] = named;
  if (only === undefined) return { missing: `there is no Integration of the platform ${platform}` };
  if (others.length > 0)
    return { missing: `several Integrations are of the platform ${platform}: ${named.join(", ")}` };
  return { integration: only, platform };
}
