/** What the tests over random manifests have in common. */
import fc from "fast-check";
import { expect } from "vitest";
import { tries } from "../support/tries.ts";
import type { Place } from "./place.ts";

/**
 * Few runs, since each applies several times; the same ones each time. They share a system and a state, so
 * what failed is not made smaller: the runs before it count.
 */
export const runs = tries(12, { seed: 20261125, endOnFailure: true });

/** Texts that YAML, Slack or a terminal could take for something else. */
export const text = fc.constantFrom(
  "",
  "a",
  "Sev 1 & 2",
  "<b> \"quoted\" 'too'",
  "# no comment",
  "null",
  "grüße 🚀",
  "1.10",
);

export const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

export interface Declaration {
  /** Of `fixtures/`; it gives the connection. */
  file: string;
  kind: string;
  entries: readonly object[];
  prune: boolean;
}

/** Puts entries, as JSON, which is YAML too, in place of what a manifest declares. */
export function declare(place: Place, { file, kind, entries, prune }: Declaration): void {
  place.replace(file, file);
  place.edit(file, /resources:[\s\S]*/, `resources: ${JSON.stringify({ [kind]: entries })}\n`);
  if (!prune) place.edit(file, "prune: true", "prune: false");
}

/** Applies, and expects nothing to be left but what a missing `prune` holds back. */
export async function reach(place: Place): Promise<void> {
  await place.apply();
  const { integrations } = await place.plan();
  const left = integrations.flatMap(({ changes }) => changes).filter(({ reason }) => reason !== "PruneDisabled");
  expect(left).toEqual([]);
}

export function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
