/**
 * References between manifests: each must lead to an Integration of its own namespace.
 *
 * References to things inside a system are not looked at: what is not declared may exist there.
 */
import type { Integration } from "../api/integration.ts";
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { NestedRoute, NotificationRoute } from "../api/notification-route.ts";
import type { Rule } from "../api/rule.ts";
import type { Scenario } from "../api/scenario.ts";
import { findCycles } from "./cycles.ts";
import { didYouMean } from "./nearest.ts";
import { problemAt } from "./problem.ts";
import type { AnyManifest, DocumentPath, Manifest, Problem } from "./types.ts";

/** An Integration that exists but could not be checked: it may be referred to. */
export interface Mentioned {
  /** As it is written; left out where it is not. */
  kind?: string | undefined;
  /** Where its document begins. */
  file?: string | undefined;
  line?: number | undefined;
  name: string;
  namespace?: string | undefined;
  platform?: string | undefined;
}

/** The platform of each Integration, by namespace and name; `undefined` where it could not be read. */
type Directory = ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;

/** One reference of a manifest. */
interface Reference {
  name: string;
  path: DocumentPath;
  to: "integration" | "platform";
}

/**
 * Finds references that lead nowhere (`UnknownIntegration`), to no or to several Integrations of a
 * platform (`NoSuchPlatform`, `AmbiguousPlatform`), and circles of `dependsOn` (`DependencyCycle`).
 *
 * @param mentioned Integrations whose documents are wrong: one mistake should give one problem.
 */
export function referenceProblems(manifests: readonly Manifest[], mentioned: readonly Mentioned[] = []): Problem[] {
  return [...manifests.flatMap(referenceCheck(manifests, mentioned)), ...dependencyCycles(manifests)];
}

/** @returns what finds the references of one manifest that lead nowhere among these. */
export function referenceCheck(
  manifests: readonly Manifest[],
  mentioned: readonly Mentioned[] = [],
): (manifest: Manifest) => Problem[] {
  const directory = directoryOf(manifests, mentioned);
  return (manifest) =>
    referencesOf(manifest.object).flatMap(({ name, path, to }) => {
      const check = to === "integration" ? integrationProblem : platformProblem;
      return check(directory, manifest, name, path) ?? [];
    });
}

/** The codes of what {@link referenceCheck} finds. */
export const REFERENCE_CODES: ReadonlySet<string> = new Set([
  "UnknownIntegration",
  "NoSuchPlatform",
  "AmbiguousPlatform",
]);

/** The namespace that an object is in. */
export function namespaceOf(object: Pick<AnyManifest, "metadata">): string {
  return object.metadata.namespace ?? DEFAULT_NAMESPACE;
}

/** Whether a manifest is an Integration. */
export function isIntegration(manifest: Manifest): manifest is Manifest<Integration> {
  return manifest.object.kind === "Integration";
}

function directoryOf(manifests: readonly Manifest[], mentioned: readonly Mentioned[]): Directory {
  const directory = new Map<string, Map<string, string | undefined>>();
  const add = (namespace: string, name: string, platform: string | undefined) => {
    const names = directory.get(namespace) ?? new Map<string, string | undefined>();
    directory.set(namespace, names.set(name, platform));
  };
  for (const { name, namespace, platform } of mentioned) add(namespace ?? DEFAULT_NAMESPACE, name, platform);
  for (const { object } of manifests.filter(isIntegration)) {
    add(namespaceOf(object), object.metadata.name, object.spec.platform);
  }
  return directory;
}

function referencesOf(object: AnyManifest): Reference[] {
  if (object.kind === "Rule") return ruleReferences(object);
  if (object.kind === "NotificationRoute") return routeReferences(object.spec, ["spec"]);
  if (object.kind === "Scenario") return scenarioReferences(object);
  return (object.spec.dependsOn ?? []).map((name, index) => ({
    name,
    path: ["spec", "dependsOn", index],
    to: "integration",
  }));
}

function ruleReferences({ spec }: Rule): Reference[] {
  const { trigger, actions } = spec;
  return [
    ...named(trigger.integration, ["spec", "trigger", "integration"]),
    ...named(trigger.platform, ["spec", "trigger", "platform"], "platform"),
    ...actions.flatMap((action, index) => [
      ...named(action.integration, ["spec", "actions", index, "integration"]),
      ...named(action.platform, ["spec", "actions", index, "platform"], "platform"),
      ...named(action.fallback, ["spec", "actions", index, "fallback"]),
    ]),
  ];
}

function routeReferences(route: NotificationRoute["spec"] | NestedRoute, path: DocumentPath): Reference[] {
  return [
    ...(route.receivers ?? []).flatMap((receiver, index) => [
      ...named(receiver.integration, [...path, "receivers", index, "integration"]),
      ...named(receiver.fallback, [...path, "receivers", index, "fallback"]),
    ]),
    ...(route.routes ?? []).flatMap((inner, index) => routeReferences(inner, [...path, "routes", index])),
  ];
}

function scenarioReferences({ spec }: Scenario): Reference[] {
  return [
    ...spec.given.flatMap(({ event }, index) => [
      ...named(event.integration, ["spec", "given", index, "event", "integration"]),
      ...named(event.platform, ["spec", "given", index, "event", "platform"], "platform"),
    ]),
    ...spec.expect.flatMap((entry, index) =>
      "receiver" in entry ? named(entry.receiver, ["spec", "expect", index, "receiver"]) : [],
    ),
  ];
}

function named(name: string | undefined, path: DocumentPath, to: Reference["to"] = "integration"): Reference[] {
  return name === undefined ? [] : [{ name, path, to }];
}

function integrationProblem(
  directory: Directory,
  manifest: Manifest,
  name: string,
  path: DocumentPath,
): Problem | undefined {
  const namespace = namespaceOf(manifest.object);
  const names = directory.get(namespace);
  if (names?.has(name)) return undefined;
  const elsewhere = [...directory.keys()].find((other) => directory.get(other)?.has(name));
  const hint =
    elsewhere === undefined
      ? didYouMean(name, [...(names?.keys() ?? [])]) || thoseThatAre([...(names?.keys() ?? [])])
      : ` There is one in the namespace "${elsewhere}", but references never leave their namespace.`;
  return problemAt(manifest, path, {
    code: "UnknownIntegration",
    message: `There is no Integration "${name}" in the namespace "${namespace}".${hint}`,
  });
}

function platformProblem(
  directory: Directory,
  manifest: Manifest,
  platform: string,
  path: DocumentPath,
): Problem | undefined {
  const namespace = namespaceOf(manifest.object);
  const integrations = [...(directory.get(namespace) ?? [])];
  const found = integrations.filter(([, of]) => of === platform).map(([name]) => name);
  const unread = integrations.some(([, of]) => of === undefined);
  const platforms = [...new Set(integrations.flatMap(([, of]) => of ?? []))];
  if (found.length === 1 || (found.length === 0 && unread)) return undefined;
  if (found.length > 1) {
    return problemAt(manifest, path, {
      code: "AmbiguousPlatform",
      message: `${found.length} Integrations in the namespace "${namespace}" are of the platform "${platform}": ${found.toSorted().join(", ")}.`,
      remedy: "Name one of them with `integration` in the place of `platform`.",
    });
  }
  return problemAt(manifest, path, {
    code: "NoSuchPlatform",
    message: `No Integration in the namespace "${namespace}" is of the platform "${platform}".${didYouMean(platform, platforms) || thoseThatAre(platforms)}`,
    remedy: `Declare an Integration with \`platform: ${platform}\`; \`plumbline connectors\` lists the platforms.`,
  });
}

/** More would not be read. */
const MOST_NAMED = 8;

function thoseThatAre(names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > MOST_NAMED ? " and others" : "";
  return ` It has ${names.toSorted().slice(0, MOST_NAMED).join(", ")}${more}.`;
}

function dependencyCycles(manifests: readonly Manifest[]): Problem[] {
  const integrations = manifests.filter(isIntegration);
  const byName = new Map(integrations.map((manifest) => [qualifiedName(manifest.object), manifest]));
  const next = ({ object }: Manifest<Integration>) =>
    (object.spec.dependsOn ?? []).flatMap((name) => byName.get(`${namespaceOf(object)}/${name}`) ?? []);
  return findCycles(byName.values(), next).map((cycle) => {
    const first = cycle[0] as Manifest<Integration>;
    const names = [...cycle, first].map(({ object }) => object.metadata.name);
    const index = first.object.spec.dependsOn?.indexOf(names[1] as string) ?? 0;
    return problemAt(first, ["spec", "dependsOn", index], {
      code: "DependencyCycle",
      message: `These Integrations wait for each other: ${names.join(" -> ")}.`,
      remedy: "Take one of them out of `dependsOn`.",
    });
  });
}

/** `namespace/name`, by which states and messages know an object. */
export function qualifiedName(object: Pick<AnyManifest, "metadata">): string {
  return `${namespaceOf(object)}/${object.metadata.name}`;
}
