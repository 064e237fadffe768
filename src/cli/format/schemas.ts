/** The schemas that say in which order a file's documents are written. */
import { integrationSchema } from "../../api/integration.ts";
import { NotificationRoute } from "../../api/notification-route.ts";
import { Rule } from "../../api/rule.ts";
import { Scenario } from "../../api/scenario.ts";
import type { AnnotatedSchema } from "../../api/schema.ts";
import { isObject, ownValue } from "../../manifests/defaults.ts";
import type { PlatformSource } from "../../manifests/types.ts";
import type { Kinds } from "./format-text.ts";

/**
 * Loads what the documents of a file need.
 *
 * @param isManifest whether a document is Plumbline's.
 * @returns for a platform whose connector is not loaded the order of what all Integrations have.
 */
export async function kindsOf(
  values: readonly unknown[],
  isManifest: (value: unknown) => value is Record<string, unknown>,
  platforms: PlatformSource,
): Promise<Kinds> {
  const schemas = new Map<string, AnnotatedSchema | undefined>();
  for (const value of values) {
    if (!isManifest(value)) continue;
    const platform = platformOf(value);
    const name = nameOf(value);
    if (!schemas.has(name)) schemas.set(name, await schemaOf(value.kind, platform, platforms));
  }
  return (value) => (isManifest(value) ? { schema: schemas.get(nameOf(value)) } : "foreign");
}

function nameOf(value: Record<string, unknown>): string {
  return `${String(ownValue(value, "kind"))} ${platformOf(value)}`;
}

function platformOf(value: Record<string, unknown>): string {
  const spec = ownValue(value, "spec");
  return isObject(spec) ? String(ownValue(spec, "platform")) : "";
}

async function schemaOf(kind: unknown, platform: string, platforms: PlatformSource) {
  if (kind === "Rule") return Rule as unknown as AnnotatedSchema;
  if (kind === "NotificationRoute") return NotificationRoute as unknown as AnnotatedSchema;
  if (kind === "Scenario") return Scenario as unknown as AnnotatedSchema;
  if (kind !== "Integration") return undefined;
  const loaded = await platforms.load(platform);
  return integrationSchema(typeof loaded === "object" ? loaded.compiled.schemas : undefined);
}
