/**
 * What a receiver's connector is handed as the target, for a delivery and for `validate` alike: what the route states,
 * over what the connector's schema has as defaults.
 */
import type { AnnotatedSchema } from "../api/schema.ts";

export type Target = Readonly<Record<string, unknown>>;

/** @param isFallback whether it was stated for another Integration, whose platform may have other fields. */
export function targetFor(
  stated: Target,
  schema: AnnotatedSchema | undefined,
  isFallback: boolean,
): Record<string, unknown> {
  return { ...defaultsOf(schema), ...(isFallback ? known(stated, schema) : stated) };
}

/** Another platform's fields mean nothing to a fallback. */
function known(target: Target, schema: AnnotatedSchema | undefined): Target {
  const { properties = {} } = schema ?? {};
  return Object.fromEntries(Object.entries(target).filter(([name]) => Object.hasOwn(properties, name)));
}

function defaultsOf(schema: AnnotatedSchema | undefined): Target {
  const stated = Object.entries(schema?.properties ?? {}).flatMap(([name, field]): [string, unknown][] =>
    field.default === undefined ? [] : [[name, field.default]],
  );
  return Object.fromEntries(stated);
}
