/** Groups and their members through Graph: batches, reads that lag, answers that are lost, tokens that end. */
import { describe, expect, test } from "vitest";
import { lines, testClock } from "../../support/engine.ts";
import type { CheckedRequest } from "../../support/openapi.ts";
import type { Recorded } from "../../support/proxy.ts";
import { integration, mistakes, type Rig, rig } from "../rig.ts";
import { type Entra, type EntraOptions, startEntra } from "./emulator.ts";
import graph from "./index.ts";

interface Setting extends Rig {
  entra: Entra;
}

const SETTLE = 30_000;

/** Runs something with a tenant, and checks every request that it sent, inner ones too. */
async function withTenant(
  options: Omit<EntraOptions, "now">,
  run: (setting: Setting) => Promise<void>,
  secret?: string,
): Promise<void> {
  const clock = testClock();
  const entra = await startEntra({ ...options, now: clock.now });
  const { tenant, clientId, clientSecret } = entra;
  const setting = await rig({
    connector: graph,
    url: entra.url,
    connection: (address) => ({ baseUrl: address, loginUrl: address, tenant, clientId }),
    credentials: { clientSecret: secret ?? clientSecret },
    clock,
    isWrite: ({ method, path }) => method !== "GET" && !path.endsWith("/token"),
  });
  const people = ["ada", "bob", "cleo", "dan"];
  for (const name of people) entra.addPerson(`${name}@acme.example`, `${name}.mail@acme.example`);
  try {
    await run({ ...setting, entra });
    expect(mistakes("azuread", setting.proxy.requests, inner)).toEqual([]);
  } finally {
    await setting.close();
    await entra.close();
  }
}

interface InnerRequest {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
}

function innerOf({ path, body }: Recorded): readonly InnerRequest[] {
  return path === "/v1.0/$batch" ? (body as { requests: InnerRequest[] }).requests : [];
}

function inner(request: Recorded): readonly CheckedRequest[] {
  return innerOf(request).map((one) => ({ ...one, url: `/v1.0${one.url}` }));
}

/** The sizes of the batches that were sent. */
function batches({ proxy }: Rig): number[] {
  return proxy
    .writes()
    .map((request) => innerOf(request).length)
    .filter((size) => size > 0);
}

const oncall = (more = "") =>
  integration("azuread", `groups:\n  - { mailNickname: oncall, displayName: On call${more} }`);
const many = (count: number, more = "") =>
  integration(
    "azuread",
    ["groups:", ...Array.from({ length: count }, (_, index) => `  - { mailNickname: g${index}${more} }`)].join("\n"),
  );
const groupOf = (names: readonly string[]) => oncall(`, members: [${names.join(", ")}]`);
const crowd = (entra: Entra, count: number) =>
  Array.from({ length: count }, (_, index) => {
    entra.addPerson(`p${index}@acme.example`);
    return `p${index}@acme.example`;
  });
const system = ({ proxy }: Rig) => `azuread/${proxy.url}/tenant-0001`;

describe("groups", () => {
  test("what was applied is nothing to do, and applying it again writes nothing", () =>
    withTenant({}, async (rig) => {
      const manifest = oncall(", description: Pager, members: [ada@acme.example, bob.mail@acme.example]");
      const { outcomes } = await rig.apply(manifest);
      expect(outcomes.map(({ status }) => status)).toEqual(["done"]);
      expect(rig.entra.groups).toMatchObject([{ displayName: "On call", description: "Pager", securityEnabled: true }]);
      expect(rig.entra.membersOf("oncall")).toEqual(["ada@acme.example", "bob@acme.example"]);
      rig.clock.advance(SETTLE);
      expect(lines(await rig.plan(manifest))).toEqual([]);
      rig.proxy.reset();
      await rig.apply(manifest);
      expect(rig.proxy.writes()).toEqual([]);
    }));

  test("twenty are made in a request, each recorded under the id of its own answer", () =>
    withTenant({ pageLimit: 7 }, async (rig) => {
      const { outcomes } = await rig.apply(many(23));
      expect(outcomes.every(({ status }) => status === "done")).toBe(true);
      expect(batches(rig)).toEqual([20, 3]);
      const ids = rig.entra.groups.map(({ mailNickname, id }) => `groups/${mailNickname}=${id}`).sort();
      expect(await rig.inventory(system(rig))).toEqual(ids);
      rig.clock.advance(SETTLE);
      expect(lines(await rig.plan(many(23)))).toEqual([]);
    }));

  test("one that is refused inside a batch is named, and the others are recorded", () =>
    withTenant({}, async (rig) => {
      rig.entra.failInner('"g3"', {
        status: 400,
        body: { error: { code: "Directory_QuotaExceeded", message: "Full." } },
      });
      const { outcomes } = await rig.apply(many(5, ", members: [ada@acme.example]"));
      const failed = outcomes.filter(({ status }) => status !== "done");
      expect(failed.map(({ change }) => change.key)).toEqual(["g3"]);
      expect(failed[0]).toMatchObject({
        code: "VALIDATION",
        message: 'Microsoft Graph refused to create the group "g3": Full.',
      });
      expect(await rig.inventory(system(rig))).toHaveLength(4);
      expect(["g0", "g4"].map((name) => rig.entra.membersOf(name))).toEqual([
        ["ada@acme.example"],
        ["ada@acme.example"],
      ]);
      const state = await rig.store.system(system(rig));
      expect(state?.intents).toEqual([]);
    }));

  test("a group whose members could not be set keeps the other groups of its batch from nothing", () =>
    withTenant({ lag: SETTLE }, async (rig) => {
      rig.entra.failInner("$ref", {
        status: 403,
        body: { error: { code: "Authorization_RequestDenied", message: "No." } },
      });
      const manifest = many(3, ", members: [ada@acme.example]");
      const { outcomes } = await rig.apply(manifest);
      expect(outcomes.map(({ status }) => status)).toEqual(["failed", "done", "done"]);
      expect(await rig.inventory(system(rig))).toHaveLength(3);
      // At once, while reads do not show any of them.
      await rig.apply(manifest.replace("mailNickname: g0,", "mailNickname: g0, description: Again,"));
      expect(rig.entra.groups.map(({ mailNickname }) => mailNickname)).toEqual(["g0", "g1", "g2"]);
      expect(rig.entra.membersOf("g0")).toEqual(["ada@acme.example"]);
    }));

  test("what people changed is drift, and repaired", () =>
    withTenant({}, async (rig) => {
      const manifest = groupOf(["ada@acme.example", "bob@acme.example"]);
      await rig.apply(manifest);
      rig.clock.advance(SETTLE);
      rig.entra.edit("oncall", (group) => {
        group.displayName = "Mine";
        group.members = rig.entra.people.slice(1, 3).map(({ id }) => id);
      });
      expect(lines(await rig.plan(manifest))).toEqual(["update groups/oncall /displayName /members drift"]);
      rig.proxy.reset();
      await rig.apply(manifest);
      expect(rig.entra.groups[0]?.displayName).toBe("On call");
      expect(rig.entra.membersOf("oncall")).toEqual(["ada@acme.example", "bob@acme.example"]);
      expect(batches(rig)).toEqual([2]);
    }));

  test("one that nobody declares any more is deleted", () =>
    withTenant({}, async (rig) => {
      await rig.apply(many(2));
      await rig.apply(many(1));
      expect(rig.entra.groups.map(({ mailNickname }) => mailNickname)).toEqual(["g0"]);
    }));
});

describe("where reads lag", () => {
  test("a group that was just made and is not listed is neither made again nor drift", () =>
    withTenant({ lag: SETTLE - 1 }, async (rig) => {
      const manifest = groupOf(["ada@acme.example"]);
      await rig.apply(manifest);
      const { plan } = await rig.plan(manifest);
      expect(lines({ plan })).toEqual([]);
      expect(plan.integrations[0]?.failures ?? []).toEqual([]);
      rig.clock.advance(SETTLE);
      expect(lines(await rig.plan(manifest))).toEqual([]);
    }));

  test("a group that is listed while its members are not found yet is not a failure", () =>
    withTenant({ lag: SETTLE - 1 }, async (rig) => {
      const manifest = groupOf(["ada@acme.example"]);
      await rig.apply(manifest);
      rig.clock.advance(SETTLE);
      rig.proxy.intercept(({ path }) =>
        path.includes("/members") ? { status: 404, body: { error: { code: "Request_ResourceNotFound" } } } : "pass",
      );
      await rig.apply(groupOf(["ada@acme.example", "bob@acme.example"]));
      const { plan } = await rig.plan(groupOf(["ada@acme.example", "bob@acme.example"]));
      expect(plan.integrations[0]?.failures ?? []).toEqual([]);
    }));

  test("an entry that changes before its group is listed is waited for, and made no second time", () =>
    withTenant({ lag: SETTLE - 1 }, async (rig) => {
      await rig.apply(oncall());
      const { outcomes } = await rig.apply(oncall(", description: Pager"));
      expect(outcomes.map(({ change, status }) => `${change.action} ${status}`)).toEqual(["update done"]);
      expect(rig.entra.groups).toMatchObject([{ description: "Pager" }]);
    }));

  test("a member that goes before the list shows him is taken out, not forgotten", () =>
    withTenant({ lag: SETTLE - 1 }, async (rig) => {
      await rig.apply(groupOf(["ada@acme.example", "bob@acme.example"]));
      await rig.apply(groupOf(["ada@acme.example"]));
      expect(rig.entra.membersOf("oncall")).toEqual(["ada@acme.example"]);
    }));

  test("a group whose entry goes before it is listed is deleted, not forgotten", () =>
    withTenant({ lag: SETTLE - 1 }, async (rig) => {
      await rig.apply(many(2));
      await rig.apply(many(1));
      expect(rig.entra.groups.map(({ mailNickname }) => mailNickname)).toEqual(["g0"]);
    }));
});

describe("a create whose answer is lost", () => {
  const lose = (rig: Rig, path: string) => {
    let left = 1;
    rig.proxy.intercept((request) => {
      if (request.method !== "POST" || request.path !== path || left === 0) return "pass";
      left -= 1;
      return "drop-after";
    });
  };

  test("makes no second group, and the members that it lacks are set", () =>
    withTenant({ lag: SETTLE - 1 }, async (rig) => {
      const manifest = groupOf(["ada@acme.example"]);
      lose(rig, "/v1.0/groups");
      const { outcomes } = await rig.apply(manifest);
      expect(outcomes.map(({ status }) => status)).toEqual(["done"]);
      expect(rig.entra.groups).toHaveLength(1);
      expect(rig.entra.membersOf("oncall")).toEqual(["ada@acme.example"]);
      rig.clock.advance(SETTLE);
      expect(lines(await rig.plan(manifest))).toEqual([]);
    }));

  test("of a whole batch makes no second group, after one wait and one read", () =>
    withTenant({ lag: SETTLE - 1 }, async (rig) => {
      const manifest = many(4, ", members: [ada@acme.example]");
      lose(rig, "/v1.0/$batch");
      const { outcomes } = await rig.apply(manifest);
      expect(outcomes.map(({ status }) => status)).toEqual(["done", "done", "done", "done"]);
      expect(rig.entra.groups).toHaveLength(4);
      expect(rig.entra.membersOf("g3")).toEqual(["ada@acme.example"]);
      expect(rig.clock.slept.filter((slept) => slept >= SETTLE)).toHaveLength(1);
      expect(rig.proxy.reads().filter(({ path }) => path === "/v1.0/groups")).toHaveLength(2);
      rig.clock.advance(SETTLE);
      expect(lines(await rig.plan(manifest))).toEqual([]);
    }));

  test("that never arrived is not sent again blindly, but with the next run", () =>
    withTenant({ lag: SETTLE - 1 }, async (rig) => {
      let left = 1;
      rig.proxy.intercept(({ path }) => (path === "/v1.0/$batch" && left-- > 0 ? "drop-before" : "pass"));
      const { outcomes } = await rig.apply(many(2));
      expect(outcomes.map(({ status }) => status)).toEqual(["failed", "failed"]);
      await rig.apply(many(2));
      expect(rig.entra.groups.map(({ mailNickname }) => mailNickname)).toEqual(["g0", "g1"]);
    }));
});

describe("members", () => {
  test("go in twenty in a request, and only those that differ", () =>
    withTenant({ pageLimit: 10 }, async (rig) => {
      const names = crowd(rig.entra, 45);
      await rig.apply(groupOf(names));
      expect(batches(rig)).toEqual([20, 20, 5]);
      rig.clock.advance(SETTLE);
      rig.proxy.reset();
      await rig.apply(groupOf([...names.slice(2), "ada@acme.example"]));
      expect(batches(rig)).toEqual([3]);
      expect(rig.entra.membersOf("oncall")).toHaveLength(44);
    }));

  test("are taken out by $ref, so that the people stay", () =>
    withTenant({}, async (rig) => {
      await rig.apply(groupOf(["ada@acme.example", "bob@acme.example"]));
      rig.clock.advance(SETTLE);
      await rig.apply(groupOf(["ada@acme.example"]));
      const removals = rig.proxy.requests.flatMap(innerOf).filter(({ method }) => method === "DELETE");
      expect(removals.map(({ url }) => url.endsWith("/$ref"))).toEqual([true]);
      expect(rig.entra.people).toHaveLength(4);
      expect(rig.entra.membersOf("oncall")).toEqual(["ada@acme.example"]);
    }));

  test("one that is refused is named, the others are in, and the next run adds him alone", () =>
    withTenant({}, async (rig) => {
      const bob = rig.entra.people[1]?.id as string;
      const denied = { status: 503, body: { error: { code: "ServiceUnavailable", message: `No ${bob} now.` } } };
      rig.entra.failInner(`directoryObjects/${bob}`, denied);
      const names = ["ada", "bob", "cleo"].map((name) => `${name}@acme.example`);
      const { outcomes } = await rig.apply(groupOf(names));
      expect(outcomes.map(({ status }) => status)).toEqual(["failed"]);
      expect(outcomes[0]?.message).toContain(
        '1 of 3 changes of the members of "oncall" failed, those of bob@acme.example',
      );
      expect(rig.entra.membersOf("oncall")).toEqual(["ada@acme.example", "cleo@acme.example"]);
      rig.proxy.reset();
      await rig.apply(groupOf(names));
      expect(batches(rig)).toEqual([1]);
      expect(rig.entra.membersOf("oncall")).toEqual(names);
    }));

  test("that an inner 429 holds back are sent again alone, after its own Retry-After", () =>
    withTenant({}, async (rig) => {
      const held = { status: 429, headers: { "Retry-After": "17" }, body: { error: { code: "TooManyRequests" } } };
      rig.entra.failInner("$ref", held, 2);
      const { outcomes } = await rig.apply(groupOf(["ada@acme.example", "bob@acme.example", "cleo@acme.example"]));
      expect(outcomes.map(({ status }) => status)).toEqual(["done"]);
      expect(batches(rig)).toEqual([3, 2]);
      expect(rig.clock.slept).toContain(17_000);
      expect(rig.entra.membersOf("oncall")).toHaveLength(3);
    }));

  test("that an inner 429 holds back for too long fail as rate limited, and are not waited for", () =>
    withTenant({}, async (rig) => {
      const held = { status: 429, headers: { "Retry-After": "3600" }, body: { error: { code: "TooManyRequests" } } };
      rig.entra.failInner("$ref", held, 9);
      const { outcomes } = await rig.apply(groupOf(["ada@acme.example"]));
      expect(outcomes).toMatchObject([{ status: "failed", code: "RATE_LIMITED" }]);
      expect(rig.clock.slept.every((slept) => slept < 3_600_000)).toBe(true);
    }));

  test("who is in already, or out already, is as declared", () =>
    withTenant({}, async (rig) => {
      await rig.apply(groupOf(["ada@acme.example", "bob@acme.example"]));
      rig.clock.advance(SETTLE);
      let left = 1;
      rig.proxy.intercept(({ path }) => {
        // Between the read and the write somebody else does the same.
        if (path === "/v1.0/$batch" && left-- > 0) {
          rig.entra.edit("oncall", (group) => {
            group.members = [rig.entra.people[0]?.id as string, rig.entra.people[2]?.id as string];
          });
        }
        return "pass";
      });
      const { outcomes } = await rig.apply(groupOf(["ada@acme.example", "cleo@acme.example"]));
      expect(outcomes.map(({ status }) => status)).toEqual(["done"]);
      expect(rig.entra.membersOf("oncall")).toEqual(["ada@acme.example", "cleo@acme.example"]);
    }));
});

describe("the token", () => {
  test("is fetched once, and again when it ends", () =>
    withTenant({}, async (rig) => {
      await rig.apply(many(3));
      await rig.plan(many(3));
      expect(rig.entra.tokensGiven()).toBe(1);
      rig.clock.advance(3_599_000);
      expect(lines(await rig.plan(many(3)))).toEqual([]);
      expect(rig.entra.tokensGiven()).toBe(2);
    }));

  test("that is refused is an error of authorisation, without the secret in it", () =>
    withTenant(
      {},
      async (rig) => {
        const { plan } = await rig.plan(oncall());
        expect(plan.integrations[0]?.error?.code).toBe("AUTH");
        expect(plan.integrations[0]?.error?.message).toContain("AADSTS7000215");
        expect(JSON.stringify(plan)).not.toContain("wr0ng~secret");
      },
      "wr0ng~secret-of-nobody",
    ));
});
