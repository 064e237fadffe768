/**
 * Deliveries of webhooks that did not arrive: of the hooks that the Integration owns and that send to it, and of the
 * App's own hook.
 *
 * GitHub sends nothing again by itself, and keeps its record of deliveries for three days. Each attempt is an entry of
 * its own there; all attempts at one delivery have one `guid`, which is the event's id. The list of failures hardly ever
 * changes, so that looking at it again costs nothing of the quota; only where something is missing are the successes
 * asked for too (docs.github.com, "Handling failed webhook deliveries", "Redelivering webhooks").
 */
import {
  byLink,
  ConnectorError,
  type HttpReader,
  type MissedDelivery,
  type MissedRequest,
  path,
} from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { organizationHooks, repositoryHooks } from "./hooks-api.ts";
import { someAtOnce } from "./some-at-once.ts";

/** Milliseconds for which GitHub keeps deliveries (docs.github.com, "Viewing webhook deliveries": the past 3 days). */
const KEPT = 3 * 24 * 60 * 60 * 1000;
const PAGE = 100;

interface RawDelivery {
  id: number;
  guid: string;
  /** Of this attempt. */
  delivered_at: string;
  redelivery: boolean;
  status_code: number;
  installation_id: number | null;
}

/** A hook whose deliveries are looked at. */
interface Hook {
  /** Of its deliveries. */
  address: string;
  /** As in messages. */
  title: string;
  /** The App's own token reads the App's own hook. */
  as?: "app";
  /** The App's hook is all its installations'. */
  mine(delivery: RawDelivery): boolean;
}

/** @throws ConnectorError the first, after what the other hooks show. */
export async function* missedDeliveries(
  github: GitHubReader,
  request: MissedRequest,
): AsyncGenerator<MissedDelivery, void, undefined> {
  let first: unknown;
  const failed = (error: unknown): [] => {
    if (!(error instanceof ConnectorError)) throw error;
    first ??= error;
    return [];
  };
  const hooks = [...ownedHooks(github, request), ...(await appHook(github, request).catch(failed))];
  for await (const missed of someAtOnce(hooks, (hook) => missedOf(github.http, hook, request).catch(failed))) {
    yield* missed;
  }
  if (first !== undefined) throw first;
}

/** @param missed its reference is the delivery's path. */
export async function redeliver({ http }: GitHubWriter, { id, reference }: MissedDelivery): Promise<void> {
  if (!Number.isSafeInteger(Number(reference.slice(reference.lastIndexOf("/") + 1)))) {
    const message = `The webhook delivery ${id} has a number that is too large to be told exactly; redeliver it by hand.`;
    throw new ConnectorError("UNSUPPORTED", message);
  }
  await http.post(`${reference}/attempts`, {
    // The event's id stays the same, so one that comes twice does nothing.
    repeatable: true,
    what: `redeliver the webhook delivery ${id}`,
    ...(reference.startsWith("/app/") ? { as: "app" } : {}),
  });
}

function ownedHooks(github: GitHubReader, { owned, reaches }: MissedRequest): Hook[] {
  return owned.flatMap(({ kind, key, id }) => {
    const url = key.at(-1) ?? "";
    if (!reaches(url)) return [];
    const place =
      kind === "webhooks"
        ? organizationHooks(github)
        : kind === "repositories.webhooks"
          ? repositoryHooks(github, key[0] ?? "")
          : undefined;
    if (!place) return [];
    const address = `${place.address}${path`/hooks/${id}/deliveries`}`;
    return [{ address, title: `the webhook ${url} of ${place.title}`, mine: () => true }];
  });
}

async function appHook({ http, installation }: GitHubReader, { reaches }: MissedRequest): Promise<Hook[]> {
  if (installation === undefined) return [];
  const what = "show the App's webhook";
  const { status, body } = await http.get("/app/hook/config", { as: "app", expect: [404], what });
  const { url } = (status === 404 ? {} : body) as { url?: string };
  if (url === undefined || !reaches(url)) return [];
  const mine = ({ installation_id: id }: RawDelivery) => String(id) === installation;
  return [{ address: "/app/hook/deliveries", title: "the App's webhook", as: "app", mine }];
}

async function missedOf(http: HttpReader, hook: Hook, { now, arrived }: MissedRequest): Promise<MissedDelivery[]> {
  const failures = await attempts(http, hook, "failure", now - KEPT);
  const tried = Map.groupBy(failures.filter((one) => !isSuccess(one)).filter(hook.mine), ({ guid }) => guid);
  const candidates = [...tried.values()].flatMap((all) => {
    // One whose first attempt is no longer kept is too old, however often it was tried since.
    const first = all.find(({ redelivery }) => !redelivery);
    return first ? [missedDelivery(hook, all, first)] : [];
  });
  const there = candidates.length > 0 ? await arrived(candidates.map(({ id }) => id)) : new Set();
  const missing = candidates.filter(({ id }) => !there.has(id));
  if (missing.length === 0) return [];
  const since = Math.min(...missing.map(({ at }) => Date.parse(at)));
  const successes = (await attempts(http, hook, "success", since)).filter(isSuccess);
  const delivered = new Set(successes.map(({ guid }) => guid));
  return missing.filter(({ id }) => !delivered.has(id));
}

/** The attempts of one outcome since a time, the newest first. Older servers give all outcomes. */
async function attempts(
  http: HttpReader,
  { address, title, as }: Hook,
  status: "success" | "failure",
  since: number,
): Promise<RawDelivery[]> {
  const found: RawDelivery[] = [];
  const options = { query: { per_page: PAGE, status }, pageSize: PAGE, what: `list the deliveries of ${title}` };
  for await (const one of byLink<RawDelivery>(http, address, { ...options, ...(as ? { as } : {}) })) {
    if (Date.parse(one.delivered_at) < since) break;
    found.push(one);
  }
  return found;
}

/** @param all failed attempts at one delivery, the newest first. */
function missedDelivery({ address }: Hook, all: readonly RawDelivery[], first: RawDelivery): MissedDelivery {
  return {
    id: first.guid,
    at: first.delivered_at,
    triedAt: all[0]?.delivered_at ?? first.delivered_at,
    attempts: all.length,
    reference: `${address}/${first.id}`,
  };
}

function isSuccess({ status_code: status }: RawDelivery): boolean {
  return status >= 200 && status < 300;
}
