/** Trigger categories, by name. */
import type { Lookup } from "../../../src/connector-kit/index.ts";
import type { ZendeskReader } from "./client.ts";

export const categories: Lookup<ZendeskReader> = {
  async resolve(zendesk, names) {
    const wanted = new Set(names);
    const ids = new Map<string, string>();
    for await (const { id, name } of zendesk.categories()) if (wanted.has(name)) ids.set(name, id);
    return ids;
  },
};
