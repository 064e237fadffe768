/**
 * Rules and NotificationRoutes, as the HTTP API shows them: those in force, and those that are declared and whose text
 * never was right.
 */
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { isRoute } from "../../notifications/route-manifests.ts";
import { nodesOf, type RouteTree } from "../../notifications/tree.ts";
import type { FollowerSummary, RouteSummary, RuleSummary } from "../../server/parts.ts";
import type { Firing } from "../../store/firing-types.ts";
import type { LastingStore } from "../../store/types.ts";
import { type Current, nameOf } from "../current.ts";
import { stateOf, statesOf, titleOf } from "./integrations.ts";

type Recorded = Pick<LastingStore, "objects">;
interface Fired {
  list(): Promise<readonly Firing[]>;
}

export async function ruleSummaries(
  current: Current | undefined,
  store: Recorded,
  firings: Fired,
): Promise<RuleSummary[]> {
  const declared = (current?.rules ?? []).map(({ object }) => ({ owner: nameOf(object), ...titleOf(object.spec) }));
  return (await summaries("Rule", [...declared, ...refusedOf(current, "Rule")], store, firings)).map(
    ({ summary }) => summary,
  );
}

export async function routeSummaries(
  current: Current | undefined,
  store: Recorded,
  firings: Fired,
): Promise<RouteSummary[]> {
  const manifests = (current?.snapshot.manifests ?? []).filter(isRoute);
  const declared = manifests.map(({ object }) => ({ owner: nameOf(object), ...titleOf(object.spec) }));
  const trees = new Map((current?.routes.set.trees ?? []).map((tree) => [`${tree.namespace}/${tree.name}`, tree]));
  const all = [...declared, ...refusedOf(current, "NotificationRoute")];
  const found = await summaries("NotificationRoute", all, store, firings);
  return found.map(({ owner, summary }) => ({ ...summary, ...treeOf(trees.get(owner)) }));
}

interface Declared {
  owner: string;
  title?: string;
}

async function summaries(
  kind: Firing["kind"],
  declared: readonly Declared[],
  store: Recorded,
  firings: Fired,
): Promise<{ owner: string; summary: FollowerSummary }[]> {
  const states = await statesOf(store, kind);
  const fired = new Map((await firings.list()).filter((one) => one.kind === kind).map((one) => [one.name, one]));
  return declared.map(({ owner, title }) => {
    const [namespace = DEFAULT_NAMESPACE, name = ""] = owner.split("/");
    const firing = fired.get(owner);
    return {
      owner,
      summary: {
        ...{ namespace, name, ...(title === undefined ? {} : { title }), ...stateOf(states.get(owner)) },
        ...(firing?.fired ? { lastFired: firing.fired } : {}),
        ...(firing?.failed ? { lastError: firing.failed } : {}),
      },
    };
  });
}

function refusedOf(current: Current | undefined, kind: Firing["kind"]): Declared[] {
  const refused = (current?.snapshot.refused ?? []).filter((one) => one.kind === kind);
  return refused.map(({ namespace, name }) => ({ owner: `${namespace}/${name}` }));
}

function treeOf(tree: RouteTree | undefined): Pick<RouteSummary, "routes" | "receivers"> {
  const nodes = tree ? [...nodesOf(tree.root)] : [];
  const receivers = nodes.flatMap(({ options }) => options.receivers.map(({ integration }) => integration));
  return { routes: nodes.length, receivers: [...new Set(receivers)].sort() };
}
