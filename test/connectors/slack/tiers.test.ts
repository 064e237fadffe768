/** Each method counts against the tier that Slack publishes for it: every call that the connector has is made once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createTransport, type Transport } from "../../../src/connector-kit/http/transport.ts";
import { type Observed, openSession, type Session } from "../../../src/connector-kit/index.ts";
import { VirtualClock } from "../../support/clock.ts";
import { incoming } from "../../support/incoming.ts";
import { contractSpecs } from "../../support/openapi.ts";
import { BOT, bookmarks, channels, slack, USER, usergroups } from "./workspace.ts";

const everything = {
  ...{ ok: true, team_id: "T1", team: "Acme", user_id: "UBOT", bot_id: "B1", ts: "1.1", profile: {}, files: [] },
  ...{ channel: { id: "C1", name: "ops" }, channels: [], members: [], user: { id: "U1" }, users: ["U1"] },
  ...{ usergroup: { id: "S1" }, usergroups: [], bookmark: { id: "Bk1" }, bookmarks: [] },
  ...{ file_id: "F1", upload_url: "https://slack.com/upload/v1/x" },
};

/** A transport that answers all, and notes which limit each path named. */
function noting(named: Map<string, string | undefined>): Transport {
  const fetch = async () =>
    incoming(new Response(JSON.stringify(everything), { headers: { "content-type": "application/json" } }));
  const transport = createTransport({ clock: new VirtualClock(), fetch });
  return {
    ...transport,
    limiter(scope, options) {
      const limiter = transport.limiter(scope, options);
      const run = limiter.run.bind(limiter);
      limiter.run = (request, send) => {
        named.set(request.summary.path.replace("/api/", ""), request.limit);
        return run(request, send);
      };
      return limiter;
    },
  };
}

const parameters: Readonly<Record<string, object>> = {
  send_message: { channel: "C1AB", message: "x" },
  update_message: { channel: "C1AB", ts: "1.1", message: "x" },
  add_reaction: { channel: "C1AB", ts: "1.1", emoji: "eyes" },
  create_channel: { name: "ops", topic: "t", purpose: "p", members: ["ada@example.com"] },
  archive_channel: { channel: "C1AB" },
  invite_user: { channel: "C1AB", user: "U1AB" },
  upload_file: { channel: "U1AB", filename: "x", content: "x" },
  set_status: { text: "x" },
  set_presence: { presence: "away" },
};

async function callAll({ reader, writer }: Session): Promise<void> {
  const request = { parents: [{ id: "C1", key: ["ops"], spec: {} }], keys: "all", fields: "all" } as const;
  const raw = { id: "C1", name: "ops", member: false, private: false, archived: false };
  const thing = { id: "C1", spec: { name: "ops" }, raw, parent: { id: "C1", key: ["ops"], spec: {}, raw } } as Observed;
  const parent = thing.parent as NonNullable<Observed["parent"]>;
  const lists = { members: { added: ["U1"], removed: ["U2"] } };
  for (const [kind, spec] of [
    [channels, { name: "ops", topic: "t", purpose: "p" }],
    [bookmarks, { title: "t", link: "https://x.example.com" }],
    [usergroups, { handle: "ops", name: "n", users: ["U1"] }],
  ] as const) {
    for await (const _ of kind.list(reader, request)) throw new Error("Nothing is there.");
    for await (const one of kind.detail?.(reader, [thing], new Set(["members", "users"])) ?? [])
      expect(one.id).toBe("C1");
    await kind.create?.(writer, { desired: spec, parent });
    await kind.update?.(writer, { observed: thing, desired: spec, changes: spec, lists });
    await kind.remove?.(writer, thing);
    await kind.archived?.archive(writer, thing);
    await kind.archived?.unarchive(writer, thing);
  }
  await slack.lookups?.users?.names?.(reader, []).catch(() => undefined);
  for (const [name, action] of Object.entries(slack.actions ?? {})) {
    await action.run(writer, parameters[name] as Record<string, unknown>, { key: "k" });
  }
}

const folder = contractSpecs(process.env, () => undefined);

describe.skipIf(folder === undefined)("by Slack's description", () => {
  test("each method that is called counts against its own tier", async () => {
    const named = new Map<string, string | undefined>();
    const options = { transport: noting(named), connection: {}, credentials: { token: BOT, userToken: USER } };
    await callAll(await openSession(slack, { ...options, lane: "interactive" }));
    const { paths } = JSON.parse(readFileSync(join(folder ?? "", "slack.json"), "utf8")) as {
      paths: Record<string, { post?: { "x-rate-limit-tier"?: string | number } }>;
    };
    const published = [...named.keys()].flatMap((method) => {
      const tier = paths[`/api/${method}`]?.post?.["x-rate-limit-tier"];
      return tier === undefined ? [] : [[method, /^\d$/.test(String(tier)) ? `tier${tier}` : "special"] as const];
    });
    expect(published.length).toBeGreaterThan(30);
    expect([...named].filter(([method]) => !method.startsWith("/"))).toEqual(published);
  });
});
