/**
 * Reads a connector's capabilities off its declaration, so that they are never declared twice.
 *
 * The smallest published limit that counts all requests by itself is the rate limit; where a platform only has
 * limits that some requests name, or that are counted for each of something, the smallest of those.
 */
import type { AnnotatedSchema } from "../../api/index.ts";
import type { CompiledConnector } from "../compile.ts";
import { parseDuration } from "../http/duration.ts";
import type { Limit } from "../http-contract.ts";
import { Capabilities } from "./capabilities.ts";
import { itemAction, itemTypesOf, kindHas, type Verb } from "./item-types.ts";
import { queryOperators } from "./query.ts";

const MINUTE = 60_000;

/** @returns what the connector can do; all that it does not say is as {@link Capabilities.defaults} has it, or off. */
export function capabilitiesOf(compiled: CompiledConnector): Capabilities {
  const { connector, kinds } = compiled;
  const actions = Object.keys(connector.actions ?? {});
  const any = (pattern: RegExp) => actions.some((name) => pattern.test(name));
  const schemas = [
    ...[...kinds.values()].map(({ schema }) => schema),
    ...Object.values(connector.actions ?? {}).map(({ parameters }) => parameters as unknown as AnnotatedSchema),
  ];
  const sizes = [...kinds.values()].map(({ resource }) => resource.batch?.size ?? 0);
  const maxBatchSize = Math.max(0, ...sizes);
  return Capabilities.fromObject({
    ...verbCapabilities(compiled),
    batch: maxBatchSize > 0,
    attachments: any(/^(?:upload|attach)_|_attachments?$/),
    comments: any(/_comments?$/),
    customFields: schemas.some((schema) => hasProperty(schema, /^custom_?fields$/i)),
    relationships: any(/^link_/) || schemas.some(hasReference),
    history: any(/_history$/),
    notifications: connector.notify !== undefined,
    maxBatchSize,
    rateLimit: rateLimitOf(connector.limits ?? []),
    itemTypes: itemTypesOf(compiled),
    queryOperators: kinds.size > 0 ? queryOperators : [],
  });
}

function verbCapabilities({ connector, kinds }: CompiledConnector): Readonly<Record<Exclude<Verb, "get">, boolean>> {
  const byAction = new Set(Object.keys(connector.actions ?? {}).map((name) => itemAction(name)?.verb));
  const can = (verb: Verb) => byAction.has(verb) || [...kinds.values()].some((kind) => kindHas(kind, verb));
  return { create: can("create"), update: can("update"), delete: can("delete"), query: can("query") };
}

function rateLimitOf(limits: readonly Limit[]): number {
  const always = limits.filter(({ applies, each }) => applies !== undefined && each === undefined);
  const counted = always.length > 0 ? always : limits;
  const perMinute = counted.map(({ requests, per }) => (requests * MINUTE) / parseDuration(per));
  return perMinute.length === 0 ? 0 : Math.max(1, Math.floor(Math.min(...perMinute)));
}

function hasProperty(schema: AnnotatedSchema, name: RegExp): boolean {
  return Object.keys(schema.properties ?? {}).some((property) => name.test(property));
}

function hasReference(schema: AnnotatedSchema): boolean {
  if (schema["x-plumbline-ref"] !== undefined) return true;
  if (schema.items && hasReference(schema.items)) return true;
  return Object.values(schema.properties ?? {}).some(hasReference);
}
