/** What is peculiar to user groups: they are disabled, their people are replaced whole, and some are not ours. */
import { describe, expect, test } from "vitest";
import { ConnectorError, type Observed } from "../../../src/connector-kit/index.ts";
import { startSlack } from "../../support/slack.ts";
import { create, detailsOf, failureOf, type Scripted, type Stage, thingsOf, update } from "../stage.ts";
import { methods, slackStaging, usergroups } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();

const raw = (handle: string, fields: object = {}) => ({
  ...{ id: `S${handle.toUpperCase()}`, handle, name: handle, description: "", date_delete: 0, is_external: false },
  ...{ auto_type: null, users: ["U1"], prefs: { channels: ["C1"], groups: ["G1"] }, ...fields },
});
const listed =
  (...groups: unknown[]) =>
  (): Scripted => ({ body: { ok: true, usergroups: groups } });

async function find(stage: Stage, handle: string): Promise<Observed> {
  const found = (await thingsOf(stage, usergroups)).find(({ spec }) => spec.handle === handle);
  if (!found) throw new Error(`There is no user group ${handle}.`);
  return found;
}

describe("the list", () => {
  test("takes one request, names public and private channels, and shows people of enabled groups only", async () => {
    await withAnswers(listed(raw("one"), raw("two", { date_delete: 1_700_000_000, users: [] })), async (stage) => {
      const [one, two] = await thingsOf(stage, usergroups);
      expect(one?.spec).toMatchObject({ archived: false, users: ["U1"], channels: ["C1", "G1"] });
      expect(two?.spec).toMatchObject({ handle: "two", archived: true });
      expect(two?.spec).not.toHaveProperty("users");
      expect(stage.requests).toMatchObject([{ body: { include_users: "true", include_disabled: "true" } }]);
    });
  });

  test("asks for no people where nobody states them", async () => {
    await withAnswers(listed(raw("one", { users: undefined })), async (stage) => {
      const request = { parents: [], keys: [], fields: new Set(["name"]) };
      const found = await Array.fromAsync(usergroups.list(stage.session.reader, request));
      expect(stage.requests).toMatchObject([{ body: { include_users: "false" } }]);
      expect(found).toMatchObject([{ spec: { name: "one" } }]);
    });
  });

  test("leaves out groups of other workspaces, of an identity provider, and of Slack itself", async () => {
    const foreign = [
      raw("a", { is_external: true }),
      raw("b", { is_idp_group: true }),
      raw("c", { auto_type: "admin" }),
    ];
    await withAnswers(listed(...foreign, raw("ours")), async (stage) => {
      expect((await thingsOf(stage, usergroups)).map(({ spec }) => spec.handle)).toEqual(["ours"]);
    });
  });

  test("that lacks its list is a failed read and not an empty one", async () => {
    await withAnswers(
      () => ({ body: { ok: true } }),
      async (stage) => {
        expect(await failureOf(thingsOf(stage, usergroups))).toBeInstanceOf(ConnectorError);
      },
    );
  });

  test("shows names as people wrote them, escaped or not, once normalised", () => {
    const written = { handle: "rd", name: "R&D <all>", description: "a & b" };
    const escaped = { handle: "rd", name: "R&amp;D &lt;all&gt;", description: "a &amp; b" };
    expect(usergroups.normalize?.(escaped)).toEqual(written);
    expect(usergroups.normalize?.(written)).toEqual(written);
    expect(usergroups.normalize?.({ handle: "x", name: "&amp;amp;lt;" })).toEqual({ handle: "x", name: "<" });
  });
});

test("the people of a disabled group are read one by one, for those that state them", async () => {
  await withAnswers(
    () => ({ body: { ok: true, users: ["U7"] } }),
    async (stage) => {
      const disabled = { id: "S1", spec: { handle: "old", archived: true } };
      expect(await detailsOf(stage, usergroups, [disabled], ["users"])).toMatchObject([{ spec: { users: ["U7"] } }]);
      expect(stage.requests).toMatchObject([{ body: { usergroup: "S1", include_disabled: "true" } }]);
      expect(await detailsOf(stage, usergroups, [disabled], ["channels"])).toEqual([]);
    },
  );
});

describe("a change", () => {
  test("of the people sends the whole list and nothing else; of other fields only those", async () => {
    const system = await startSlack({ users: ["ada", "bob"].map((name) => ({ name, email: `${name}@example.com` })) });
    const [ada, bob] = [await system.userId("ada@example.com"), await system.userId("bob@example.com")];
    await withSystem(system, async (stage) => {
      const created = await create(stage, usergroups, { handle: "oncall", users: [ada] });
      expect(created.unset).toEqual(["users"]);
      const group = { id: created.id, spec: { handle: "oncall" } };
      await update(stage, usergroups, group, { users: [ada, bob] });
      await update(stage, usergroups, group, { description: "" });
      expect(methods(stage)).toEqual(["usergroups.create", "usergroups.users.update", "usergroups.update"]);
      expect(stage.writes().at(-1)?.body).toEqual({ usergroup: created.id, description: "" });
      expect(await system.group("oncall")).toMatchObject({ name: "oncall", users: [ada, bob] });
    });
  });

  test("of the handle renames the group, which keeps its id", async () => {
    const system = await startSlack();
    await withSystem(system, async (stage) => {
      const { id } = await create(stage, usergroups, { handle: "oncall" });
      await update(stage, usergroups, await find(stage, "oncall"), { handle: "pager" });
      expect(await find(stage, "pager")).toMatchObject({ id });
    });
  });

  test.each([
    { what: "creating", run: (stage: Stage) => create(stage, usergroups, { handle: "oncall", users: [] }) },
    {
      what: "changing",
      run: (stage: Stage) =>
        update(stage, usergroups, { id: "S1", spec: { handle: "oncall" } }, { users: [], name: "x" }),
    },
  ])("to nobody is refused at $what before anything is sent, with what to state instead", async ({ run }) => {
    await withAnswers(listed(), async (stage) => {
      const failure = await failureOf(run(stage));
      expect(failure).toMatchObject({ code: "VALIDATION", retryable: false });
      expect(String(failure)).toMatch(/archived: true.*leave `users` out/);
      expect(stage.requests).toEqual([]);
    });
  });

  test.each([
    { word: "handle_already_exists", code: "CONFLICT", says: /A person, a channel/ },
    { word: "name_already_exists", code: "CONFLICT", says: /disabled one/ },
    { word: "permission_denied", code: "PERMISSION", says: /owner sets that/ },
    { word: "plan_upgrade_required", code: "UNSUPPORTED", says: /paid workspaces/ },
    { word: "paid_teams_only", code: "UNSUPPORTED", says: /paid workspaces/ },
  ])("that is refused with $word is $code, with what it means", async ({ word, code, says }) => {
    await withAnswers(
      () => ({ body: { ok: false, error: word } }),
      async (stage) => {
        const failure = await failureOf(create(stage, usergroups, { handle: "oncall" }));
        expect(failure).toMatchObject({ code, platformCode: word, retryable: false });
        expect(String(failure)).toMatch(says);
        expect(stage.requests).toHaveLength(1);
      },
    );
  });

  test.each(["invalid_users", "single_channel_guests_cannot_be_added"])(
    "by guests or bots, %s, says so",
    async (word) => {
      await withAnswers(
        () => ({ body: { ok: false, error: word } }),
        async (stage) => {
          const failure = await failureOf(
            update(stage, usergroups, { id: "S1", spec: { handle: "oncall" } }, { users: ["U1"] }),
          );
          expect(failure).toMatchObject({ code: "VALIDATION", platformCode: word });
          expect(String(failure)).toMatch(/no guests/);
        },
      );
    },
  );
});

test("a group is disabled and enabled again, as often as it is asked for", async () => {
  const system = await startSlack();
  await withSystem(system, async (stage) => {
    await create(stage, usergroups, { handle: "oncall" });
    const group = await find(stage, "oncall");
    for (const step of ["archive", "archive", "unarchive", "unarchive"] as const) {
      await stage.session.guardErrors(async () => usergroups.archived?.[step](stage.session.writer, group));
      expect((await find(stage, "oncall")).spec.archived).toBe(step === "archive");
    }
  });
});
