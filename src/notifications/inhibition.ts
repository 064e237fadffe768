/**
 * Which firing alerts mute which events, as Alertmanager's inhibitor decides it: by the rules of the event's own tree,
 * over all alerts of the namespace, whether or not that tree tells of them.
 *
 * An alert that is on both sides of a rule is not muted by another one that is.
 */
import { equalKey, type InhibitRule } from "./inhibit-rules.ts";
import { type Labels, matchAll } from "./matchers.ts";
import type { RouteTree } from "./tree.ts";

/** A firing alert that some rule names as a source. */
export interface SourceRecord {
  namespace: string;
  /** The alert's id. */
  id: string;
  labels: Labels;
}

/** By the labels that must be equal: the alerts, and whether each is a target of the same rule too. */
type Sources = Map<string, Map<string, { twoSided: boolean }>>;

export class Inhibition {
  private readonly known = new Map<string, SourceRecord>();
  private readonly rules: ReadonlyMap<InhibitRule, Sources>;
  private readonly byNamespace: ReadonlyMap<string, readonly InhibitRule[]>;

  constructor(trees: readonly RouteTree[]) {
    const grouped = Map.groupBy(trees, ({ namespace }) => namespace);
    this.byNamespace = new Map([...grouped].map(([name, list]) => [name, list.flatMap(({ inhibit }) => inhibit)]));
    this.rules = new Map(trees.flatMap(({ inhibit }) => inhibit.map((rule) => [rule, new Map()] as const)));
  }

  /** @returns what inhibits an event: an alert's id, the first by order of ids where there are several. */
  inhibitor({ inhibit }: RouteTree, labels: Labels): string | undefined {
    for (const rule of inhibit) {
      if (!matchAll(rule.target, labels)) continue;
      const twoSided = matchAll(rule.source, labels);
      let first: string | undefined;
      for (const [id, source] of this.rules.get(rule)?.get(equalKey(rule, labels)) ?? []) {
        if (!(twoSided && source.twoSided) && (first === undefined || id < first)) first = id;
      }
      if (first !== undefined) return first;
    }
    return undefined;
  }

  /** An alert fires or not. @returns whether that changed what is kept, under {@link sourceKey}. */
  update(alert: SourceRecord, firing: boolean): boolean {
    if (this.rules.size === 0) return false;
    const key = sourceKey(alert);
    const before = this.known.get(key);
    if (before) this.drop(before);
    if (firing && this.add(alert)) this.known.set(key, alert);
    else this.known.delete(key);
    return before !== undefined || this.known.has(key);
  }

  /** @returns undefined where it does not fire, or is no source. */
  source(key: string): SourceRecord | undefined {
    return this.known.get(key);
  }

  private add({ namespace, id, labels }: SourceRecord): boolean {
    let added = false;
    for (const rule of this.byNamespace.get(namespace) ?? []) {
      if (!matchAll(rule.source, labels)) continue;
      const sources = this.rules.get(rule) as Sources;
      const key = equalKey(rule, labels);
      const list = sources.get(key) ?? new Map();
      sources.set(key, list.set(id, { twoSided: matchAll(rule.target, labels) }));
      added = true;
    }
    return added;
  }

  private drop({ namespace, id, labels }: SourceRecord): void {
    for (const rule of this.byNamespace.get(namespace) ?? []) {
      const sources = this.rules.get(rule) as Sources;
      const key = equalKey(rule, labels);
      const list = sources.get(key);
      if (list?.delete(id) && list.size === 0) sources.delete(key);
    }
  }
}

/** @returns one text for both; a namespace has no slash. */
export function sourceKey({ namespace, id }: Pick<SourceRecord, "namespace" | "id">): string {
  return `${namespace}/${id}`;
}
