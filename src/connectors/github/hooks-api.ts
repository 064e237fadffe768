/**
 * The calls for webhooks, below `/repos/OWNER/NAME/hooks` or `/orgs/NAME/hooks`.
 *
 * A hook's `config` is only ever changed at its own address, field by field: a change of the whole hook takes the
 * `config` as a whole, and a secret that is not sent along is gone (docs.github.com/rest/repos/webhooks).
 */
import { byLink, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";

export interface HookConfig {
  url?: string;
  content_type?: string;
  /** A number in older servers. */
  insecure_ssl?: string | number;
  /** Asterisks in answers. */
  secret?: string;
}

export interface RawHook {
  id: number;
  active: boolean;
  events: readonly string[];
  config: HookConfig;
}

/** Whose hooks. */
export interface HookPlace {
  /** `/repos/acme/billing` or `/orgs/acme`. */
  address: string;
  /** As in messages: `acme/billing`. */
  title: string;
}

const PAGE = 100;

export function repositoryHooks({ account }: GitHubReader, repository: string): HookPlace {
  return { address: path`/repos/${account.login}/${repository}`, title: `${account.login}/${repository}` };
}

export function organizationHooks({ account }: GitHubReader): HookPlace {
  return { address: path`/orgs/${account.login}`, title: account.login };
}

export function listHooks({ http }: GitHubReader, { address, title }: HookPlace): AsyncGenerator<RawHook> {
  return byLink<RawHook>(http, `${address}/hooks`, {
    query: { per_page: PAGE },
    pageSize: PAGE,
    what: `list the webhooks of ${title}`,
  });
}

export async function createHook(
  { http }: GitHubWriter,
  { address, title }: HookPlace,
  hook: { events?: readonly string[]; active?: boolean; config: HookConfig },
): Promise<RawHook> {
  const { body } = await http.post(`${address}/hooks`, {
    json: { name: "web", ...hook },
    what: `create the webhook ${hook.config.url} in ${title}`,
  });
  return body as RawHook;
}

/** Sets what is not `config`. */
export async function updateHook(
  { http }: GitHubWriter,
  { address, title }: HookPlace,
  { id, url }: { id: string; url: string },
  fields: { events?: readonly string[]; active?: boolean },
): Promise<void> {
  await http.patch(`${address}${path`/hooks/${id}`}`, {
    json: fields,
    repeatable: true,
    what: `change the webhook ${url} in ${title}`,
  });
}

/** Sets the fields that are given, and leaves the others, the secret too. */
export async function updateHookConfig(
  { http }: GitHubWriter,
  { address, title }: HookPlace,
  { id, url }: { id: string; url: string },
  config: HookConfig,
): Promise<void> {
  await http.patch(`${address}${path`/hooks/${id}/config`}`, {
    json: config,
    repeatable: true,
    what: `change the webhook ${url} in ${title}`,
  });
}

export async function deleteHook(
  { http }: GitHubWriter,
  { address, title }: HookPlace,
  { id, url }: { id: string; url: string },
): Promise<void> {
  await http.delete(`${address}${path`/hooks/${id}`}`, {
    expect: [404],
    what: `delete the webhook ${url} in ${title}`,
  });
}
