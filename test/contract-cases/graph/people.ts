/** People, by mail address or user principal name; Graph compares both without regard to case. */
import type { Lookup } from "../../../src/connector-kit/index.ts";
import type { GraphReader } from "./client.ts";

export const people: Lookup<GraphReader> = {
  async resolve(graph, names) {
    const wanted = Map.groupBy(names, (name) => name.toLowerCase());
    const ids = new Map<string, string>();
    for (const { id, mail, userPrincipalName } of await graph.people([...wanted.keys()])) {
      for (const address of [mail ?? "", userPrincipalName]) {
        for (const name of wanted.get(address.toLowerCase()) ?? []) ids.set(name, id);
      }
    }
    return ids;
  },
};
