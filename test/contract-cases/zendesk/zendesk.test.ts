/** Triggers: an update that replaces everything, a read shape unlike the write shape, places that shift. */
import { describe, expect, test } from "vitest";
import { compileConnector, createTransport, openSession } from "../../../src/connector-kit/index.ts";
import { lines } from "../../support/engine.ts";
import { integration, mistakes, type Rig, rig } from "../rig.ts";
import { type StoredTrigger, startZendesk, type Zendesk, type ZendeskOptions } from "./emulator.ts";
import zendesk from "./index.ts";

interface Setting extends Rig {
  zendesk: Zendesk;
}

/** Runs something with an account, and checks every request that it sent. */
async function withAccount(options: ZendeskOptions, run: (setting: Setting) => Promise<void>): Promise<void> {
  const account = await startZendesk(options);
  const setting = await rig({
    connector: zendesk,
    url: account.url,
    connection: (address) => ({ baseUrl: address }),
    credentials: { token: account.token },
  });
  try {
    await run({ ...setting, zendesk: account });
    expect(mistakes("zendesk", setting.proxy.requests)).toEqual([]);
  } finally {
    await setting.close();
    await account.close();
  }
}

const open = { field: "status", operator: "is", value: "open" };
const urgent = { field: "priority", operator: "is", value: "urgent" };
const vip = { field: "current_tags", operator: "includes", value: "vip" };
const notify = { field: "notification_user", value: ["requester_id", "Hello", "{{ticket.id}}"] };

const escalate = (
  conditions = `{ all: [${JSON.stringify(open)}, { field: assignee_id, operator: is, value: 4711 }] }`,
) =>
  integration(
    "zendesk",
    `
    triggers:
      - title: Escalate
        category: Routing
        conditions: ${conditions}
        actions: [{ field: group_id, value: 12 }, { field: cc, value: [1, two] }]
    `,
  );
const titled = (titles: readonly string[], order?: readonly string[]) =>
  integration(
    "zendesk",
    [
      "triggers:",
      ...titles.map(
        (title) =>
          `  - { title: ${title}, category: Mail, conditions: { all: [${JSON.stringify(open)}] }, actions: [${JSON.stringify(notify)}] }`,
      ),
      ...(order ? [`orders: [{ of: triggers, titles: [${order.join(", ")}] }]`] : []),
    ].join("\n"),
  );
const runningOrder = ({ triggers }: Zendesk) => triggers.map(({ title }) => title);

describe("triggers", () => {
  test("what was applied is nothing to do, although numbers come back as texts", () =>
    withAccount({}, async (rig) => {
      await rig.apply(escalate());
      expect(rig.zendesk.triggers).toMatchObject([{ title: "Escalate", category_id: "503" }]);
      expect(lines(await rig.plan(escalate()))).toEqual([]);
      rig.proxy.reset();
      await rig.apply(escalate());
      expect(rig.proxy.writes()).toEqual([]);
    }));

  test("a change of one condition keeps all that no manifest states", () =>
    withAccount({}, async (rig) => {
      await rig.apply(escalate());
      Object.assign(rig.zendesk.trigger("Escalate"), { description: "By hand", active: false });
      rig.zendesk.trigger("Escalate").conditions.any = [urgent, vip];
      const changed = escalate(`{ all: [${JSON.stringify(open)}] }`);
      expect(lines(await rig.plan(changed))).toEqual(["update triggers/Escalate /conditions/all change"]);
      await rig.apply(changed);
      expect(rig.zendesk.trigger("Escalate")).toMatchObject({
        description: "By hand",
        active: false,
        category_id: "503",
        conditions: { all: [open], any: [urgent, vip] },
        actions: [
          { field: "group_id", value: "12" },
          { field: "cc", value: ["1", "two"] },
        ],
      });
      expect(lines(await rig.plan(changed))).toEqual([]);
    }));

  test("one that people made is taken over with only what the manifest states", () =>
    withAccount({}, async (rig) => {
      const made = rig.zendesk.add({ title: "Welcome", conditions: { all: [open], any: [vip] }, actions: [notify] });
      const manifest = integration("zendesk", "triggers: [{ title: Welcome, active: false }]");
      await rig.apply(manifest);
      expect(rig.zendesk.triggers).toEqual([{ ...made, active: false }]);
      expect(lines(await rig.plan(manifest))).toEqual([]);
    }));

  test("what people changed is drift, and repaired", () =>
    withAccount({}, async (rig) => {
      await rig.apply(escalate());
      rig.zendesk.trigger("Escalate").conditions.all.push(urgent);
      rig.zendesk.trigger("Escalate").actions.reverse();
      expect(lines(await rig.plan(escalate()))).toEqual(["update triggers/Escalate /conditions/all /actions drift"]);
      await rig.apply(escalate());
      expect(lines(await rig.plan(escalate()))).toEqual([]);
      expect(rig.zendesk.trigger("Escalate").conditions.all).toHaveLength(2);
    }));

  test("the same conditions in another order are no drift", () =>
    withAccount({}, async (rig) => {
      await rig.apply(escalate());
      rig.zendesk.trigger("Escalate").conditions.all.reverse();
      expect(lines(await rig.plan(escalate()))).toEqual([]);
    }));

  test("a part that the entry ignores is left to people, although the whole is written", () =>
    withAccount({}, async (rig) => {
      const ignoring = (condition: object) =>
        integration(
          "zendesk",
          `
          triggers:
            - title: Escalate
              category: Routing
              conditions: { all: [${JSON.stringify(condition)}], any: [${JSON.stringify(vip)}] }
              actions: [${JSON.stringify(notify)}]
              lifecycle: { ignoreFields: [/conditions/any, /actions] }
          `,
        );
      await rig.apply(ignoring(open));
      rig.zendesk.trigger("Escalate").conditions.any = [urgent];
      rig.zendesk.trigger("Escalate").actions = [{ field: "status", value: "solved" }];
      await rig.apply(ignoring({ ...open, value: "pending" }));
      expect(rig.zendesk.trigger("Escalate")).toMatchObject({
        conditions: { all: [{ value: "pending" }], any: [urgent] },
        actions: [{ field: "status", value: "solved" }],
      });
    }));

  test("a new title renames", () =>
    withAccount({}, async (rig) => {
      await rig.apply(titled(["Before"]));
      const [before] = rig.zendesk.triggers;
      const after = titled(["After"]).replace("category: Mail", "category: Mail, lifecycle: { previously: [Before] }");
      await rig.apply(after);
      expect(rig.zendesk.triggers).toEqual([{ ...before, title: "After" }]);
    }));

  test("two of one title are for a person to tell apart", () =>
    withAccount({}, async (rig) => {
      for (const active of [true, false]) rig.zendesk.add({ title: "Escalate", active });
      expect(lines(await rig.plan(escalate()))).toEqual(["blocked(update) triggers/Escalate Ambiguous"]);
    }));

  test("a category that is not there blocks the entry", () =>
    withAccount({}, async (rig) => {
      const lost = escalate().replace("Routing", "Nowhere");
      expect(lines(await rig.plan(lost))).toEqual(["blocked(create) triggers/Escalate UnresolvedReference"]);
    }));

  test("a create whose answer is lost makes no second one, and its repair keeps what others added", () =>
    withAccount({}, async (rig) => {
      let left = 1;
      rig.proxy.intercept(({ method }) => (method === "POST" && left-- > 0 ? "drop-after" : "pass"));
      rig.clock.sleep = async () => {
        // Somebody was quicker than the look-up.
        const made = rig.zendesk.triggers[0];
        if (made) Object.assign(made, { category_id: "501", conditions: { ...made.conditions, any: [vip] } });
      };
      const { outcomes } = await rig.apply(escalate());
      expect(outcomes.map(({ status }) => status)).toEqual(["done"]);
      expect(rig.zendesk.triggers).toMatchObject([{ category_id: "503", conditions: { any: [vip] } }]);
      expect(rig.zendesk.trigger("Escalate").conditions.all).toHaveLength(2);
      expect(lines(await rig.plan(escalate()))).toEqual([]);
    }));
});

describe("lists", () => {
  test("end where has_more says so, and not a page later", () =>
    withAccount({ pageLimit: 2 }, async (rig) => {
      const titles = ["A", "B", "C", "D"];
      await rig.apply(titled(titles));
      rig.proxy.reset();
      expect(lines(await rig.plan(titled(titles)))).toEqual([]);
      expect(rig.proxy.requests.filter(({ path }) => path === "/api/v2/triggers")).toHaveLength(2);
    }));

  test("a page that breaks off plans nothing", () =>
    withAccount({ pageLimit: 2 }, async (rig) => {
      await rig.apply(titled(["A", "B", "C"]));
      rig.proxy.intercept(({ query }) => (query["page[after]"] === undefined ? "pass" : { status: 500 }));
      const { plan } = await rig.plan(titled(["A", "B", "C"]));
      expect(lines({ plan })).toEqual([]);
      expect(plan.integrations[0]?.failures).toMatchObject([{ kind: "triggers", code: "UNAVAILABLE" }]);
    }));
});

describe("the place of a trigger", () => {
  test("that people moved is no drift, and an update does not move it back", () =>
    withAccount({}, async (rig) => {
      await rig.apply(titled(["A", "B", "C"]));
      rig.zendesk.triggers.reverse();
      expect(lines(await rig.plan(titled(["A", "B", "C"])))).toEqual([]);
      let moved = false;
      rig.proxy.intercept(({ method }) => {
        // Somebody moves the first one to the end after it was read.
        if (method === "PUT" && !moved) rig.zendesk.triggers.push(rig.zendesk.triggers.shift() as StoredTrigger);
        moved ||= method === "PUT";
        return "pass";
      });
      await rig.apply(titled(["A", "B", "C"]).replaceAll("category: Mail", "category: Routing"));
      expect(runningOrder(rig.zendesk)).toEqual(["B", "A", "C"]);
      expect(rig.zendesk.triggers.every(({ category_id: id }) => id === "503")).toBe(true);
    }));

  test("is set for all at once where an order is declared, new ones included", () =>
    withAccount({}, async (rig) => {
      await rig.apply(titled(["A", "B"]));
      const manifest = titled(["A", "B", "C", "D"], ["D", "B", "A", "C"]);
      await rig.apply(manifest);
      expect(runningOrder(rig.zendesk)).toEqual(["D", "B", "A", "C"]);
      expect(lines(await rig.plan(manifest))).toEqual([]);
      rig.zendesk.triggers.reverse();
      expect(lines(await rig.plan(manifest))).toEqual(["update orders/triggers /titles drift"]);
      await rig.apply(manifest);
      expect(runningOrder(rig.zendesk)).toEqual(["D", "B", "A", "C"]);
    }));
});

describe("the connection test", () => {
  const check = async (options: ZendeskOptions, token?: string) => {
    const account = await startZendesk(options);
    const transport = createTransport();
    const session = await openSession(compileConnector(zendesk).connector, {
      transport,
      connection: { baseUrl: account.url },
      credentials: { token: token ?? account.token },
      lane: "interactive",
    });
    try {
      return await session.check().catch((error: unknown) => error);
    } finally {
      await transport.close();
      await account.close();
    }
  };

  test("tells the account", async () => {
    expect(await check({})).toEqual({ account: { id: "77", name: "Plumbline" } });
  });

  test.each([
    { name: "an anonymous user", options: { dropsCredentials: true }, code: "AUTH" },
    { name: "an end user", options: { role: "end-user" }, code: "PERMISSION" },
  ])("fails for $name, who is answered with 200", async ({ options, code }) => {
    expect(await check(options)).toMatchObject({ name: "ConnectorError", code });
  });

  test("fails for a token that is refused", async () => {
    const error = await check({}, "a-token-that-nobody-gave");
    expect(error).toMatchObject({ code: "AUTH" });
    expect(String(error)).not.toContain("a-token-that-nobody-gave");
  });
});
