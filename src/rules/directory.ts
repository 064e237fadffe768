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
  const namespaces = new Map<string, Known>();
  for (const [namespace, integrations] of Map.groupBy(manifests.filter(isIntegration).map(objectOf), namespaceOf)) {
    const names = new Map(integrations.map(({ metadata: { name }, spec: { platform } }) => [name, platform]));
    const platforms = [...new Set(names.values())];
    namespaces.set(namespace, {
      names: new Map([...names].map(([integration, platform]) => [integration, { integration, platform }])),
      platforms: new Map(platforms.map((platform) => [platform, onlyOne(names, platform)])),
    });
  }
  return {
    find(namespace, { integration, platform = "" }) {
      const known = namespaces.get(namespace);
      if (integration === undefined) {
        return known?.platforms.get(platform) ?? { missing: `there is no Integration of the platform ${platform}` };
      }
      return known?.names.get(integration) ?? { missing: `there is no Integration ${integration}` };
    },
  };
}

/** What can be asked for in one namespace; asked for each event, so made once. */
interface Known {
  names: ReadonlyMap<string, Target>;
  platforms: ReadonlyMap<string, Target>;
}

function objectOf({ object }: Manifest<Integration>): Integration {
  return object;
}

function onlyOne(names: ReadonlyMap<string, string>, platform: string): Target {
  const named = [...names].filter(([, of]) => of === platform).map(([name]) => name);
  const [integration = "", ...others] = named;
  return others.length > 0
    ? { missing: `several Integrations are of the platform ${platform}: ${named.join(", ")}` }
    : { integration, platform };
}
