/** Webhooks of an organisation: those of a repository, but for where they stand. */
import { defineResource, type Observed } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { createHook, deleteHook, listHooks, organizationHooks, updateHook, updateHookConfig } from "./hooks-api.ts";
import { hookChanges, newHook, observedHook, Webhook } from "./webhooks.ts";

export const organizationWebhooks = defineResource({
  schema: Webhook,
  key: (webhook) => webhook.url,
  rename: true,
  async *list(github: GitHubReader) {
    for await (const hook of listHooks(github, organizationHooks(github))) yield observedHook(hook);
  },
  async create(github: GitHubWriter, { desired }) {
    const { id } = await createHook(github, organizationHooks(github), newHook(desired));
    return { id: String(id) };
  },
  async update(github, { observed, desired, changes }) {
    const place = organizationHooks(github);
    const { config, rest } = hookChanges(changes, desired);
    if (rest) await updateHook(github, place, calledAs(observed), rest);
    if (config) await updateHookConfig(github, place, calledAs(observed), config);
  },
  remove: (github, observed) => deleteHook(github, organizationHooks(github), calledAs(observed)),
});

function calledAs({ id, spec }: Observed<Webhook>): { id: string; url: string } {
  return { id, url: spec.url as string };
}
