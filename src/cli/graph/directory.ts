/** Which box a name stands for. Names never leave their namespace. */
import type { Integration } from "../../api/integration.ts";
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { namespaceOf } from "../../manifests/references.ts";
import type { AnyManifest } from "../../manifests/types.ts";
import { nodeId } from "./graph.ts";

export interface Directory {
  /** @returns an object's box. */
  idOf(object: AnyManifest): string;
  /** @returns its name, with the namespace where there are several. */
  titleOf(object: AnyManifest): string;
  /** @returns the box of an Integration of that name; none when there is none. */
  integration(namespace: string, name: string): readonly string[];
  /** @returns the boxes of the Integrations of a platform. */
  platform(namespace: string, platform: string): readonly string[];
}

/** @param others what else is drawn: its namespaces count too. */
export function directoryOf(
  integrations: readonly { object: Integration }[],
  others: readonly AnyManifest[],
): Directory {
  const objects = integrations.map(({ object }) => object);
  const namespaces = new Set([...objects, ...others].map(namespaceOf));
  const plain = namespaces.size < 2;
  const idOf = (object: AnyManifest): string =>
    nodeId(object.kind.toLowerCase(), namespaceOf(object), object.metadata.name);
  const found = (namespace: string, fits: (object: Integration) => boolean): string[] =>
    objects
      .filter((object) => namespaceOf(object) === namespace && fits(object))
      .map(idOf)
      .sort();
  return {
    idOf,
    titleOf(object) {
      const { name } = object.metadata;
      return plain && namespaceOf(object) === DEFAULT_NAMESPACE ? name : `${namespaceOf(object)}/${name}`;
    },
    integration: (namespace, name) => found(namespace, ({ metadata }) => metadata.name === name),
    platform: (namespace, platform) => found(namespace, ({ spec }) => spec.platform === platform),
  };
}
