/** What it takes to change channels: membership, names, archives, people. */
import { describe, expect, test } from "vitest";
import type { Observed } from "../../../src/connector-kit/index.ts";
import { type Slack, startSlack } from "../../support/slack.ts";
import { create, failureOf, type Scripted, type Stage, thingsOf, update } from "../stage.ts";
import { BOT, channels, slackStaging, USER, whoami } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();
const both = { credentials: { token: BOT, userToken: USER } };

async function find(stage: Stage, name: string): Promise<Observed> {
  const found = (await thingsOf(stage, channels)).find(({ spec }) => spec.name === name);
  if (!found) throw new Error(`There is no channel ${name}.`);
  return found;
}

const methods = (stage: Stage): string[] => stage.writes().map(({ path }) => path.replace("/api/", ""));

describe("a change in a public channel that the bot is not in", () => {
  test("joins first, once", async () => {
    const system = await startSlack({ channels: [{ name: "ops" }] });
    await withSystem(system, async (stage) => {
      await update(stage, channels, await find(stage, "ops"), { topic: "a & <b>", purpose: "p" });
      expect(methods(stage)).toEqual(["conversations.join", "conversations.setTopic", "conversations.setPurpose"]);
      expect((await find(stage, "ops")).spec).toMatchObject({ topic: "a & <b>", purpose: "p" });
      await update(stage, channels, await find(stage, "ops"), { topic: "" });
      expect(methods(stage).slice(3)).toEqual(["conversations.setTopic"]);
      expect((await find(stage, "ops")).spec.topic).toBe("");
    });
  });

  test("cannot be its name, as somebody else made it, and the message says who may", async () => {
    const system = await startSlack({ channels: [{ name: "ops" }] });
    await withSystem(system, async (stage) => {
      const failure = await failureOf(update(stage, channels, await find(stage, "ops"), { name: "operations" }));
      expect(failure).toMatchObject({ code: "PERMISSION", platformCode: "not_authorized" });
      expect(String(failure)).toMatch(/an admin of the workspace/);
    });
  });
});

test("a private channel that the bot was taken out of is a refusal, and is not joined", async () => {
  await withAnswers(
    () => ({ body: { ok: false, error: "not_in_channel" } }),
    async (stage) => {
      const raw = { id: "G1", name: "board", private: true, member: false, archived: false };
      const failure = await failureOf(
        update(stage, channels, { id: "G1", spec: { name: "board" }, raw }, { topic: "t" }),
      );
      expect(failure).toMatchObject({ code: "PERMISSION", platformCode: "not_in_channel", retryable: false });
      expect(methods(stage)).toEqual(["conversations.setTopic"]);
    },
  );
});

describe("a name that something has which nobody sees", () => {
  test.each([
    { what: "a create", run: (stage: Stage) => create(stage, channels, { name: "hidden" }) },
    {
      what: "a rename",
      run: (stage: Stage) => update(stage, channels, { id: "C1", spec: { name: "seen" } }, { name: "hidden" }),
    },
  ])("refuses $what with one message that says so, and is not tried again", async ({ run }) => {
    await withAnswers(
      () => ({ body: { ok: false, error: "name_taken" } }),
      async (stage) => {
        const failure = await failureOf(run(stage));
        expect(failure).toMatchObject({ code: "CONFLICT", platformCode: "name_taken", retryable: false });
        expect(String(failure)).toMatch(/"hidden".*name_taken.*cannot see.*invite the app/);
        expect(stage.requests).toHaveLength(1);
      },
    );
  });

  test("is what a private channel without the bot is", async () => {
    const system = await startSlack();
    await system.call("conversations.create", { name: "hidden", is_private: "true" });
    await withSystem(system, async (stage) => {
      expect((await thingsOf(stage, channels)).map(({ spec }) => spec.name)).not.toContain("hidden");
      expect(await failureOf(create(stage, channels, { name: "hidden" }))).toMatchObject({ code: "CONFLICT" });
      expect(methods(stage)).toEqual(["conversations.create"]);
    });
  });
});

describe("a new channel", () => {
  test("can be renamed by the bot that made it, and keeps its id", async () => {
    const system = await startSlack();
    await withSystem(system, async (stage) => {
      const { id } = await create(stage, channels, { name: "ops" });
      await update(stage, channels, await find(stage, "ops"), { name: "operations", topic: "t" });
      expect(await find(stage, "operations")).toMatchObject({ id, spec: { topic: "t" } });
    });
  });

  test("says which stated fields are still to be set, and no others", async () => {
    const system = await startSlack();
    await withSystem(system, async (stage) => {
      const desired = { name: "new", topic: "t", purpose: "", members: [], private: true };
      const created = await create(stage, channels, desired);
      expect(created.unset).toEqual(["topic"]);
      const found = await find(stage, "new");
      expect(found).toMatchObject({ id: created.id, spec: { private: true, topic: "", purpose: "" } });
    });
  });
});

describe("an archived channel", () => {
  async function archivedOne(system: Slack, hidden: boolean): Promise<void> {
    const as = hidden ? "bot" : "user";
    const made = await system.call("conversations.create", { name: "old", is_private: String(hidden) }, as);
    const channel = (made.channel as { id: string }).id;
    if (hidden)
      await system.call("conversations.invite", { channel, users: await system.userId("admin@emulate.dev") }, "bot");
    await system.call("conversations.archive", { channel }, as);
  }

  const unarchive = async (stage: Stage) => {
    const observed = await find(stage, "old");
    await stage.session.guardErrors(async () => channels.archived?.unarchive(stage.session.writer, observed));
  };

  test("stays so with a bot token alone, and one message names userToken", async () => {
    const system = await startSlack();
    await archivedOne(system, false);
    await withSystem(system, async (stage) => {
      const failure = await failureOf(unarchive(stage));
      expect(failure).toMatchObject({ name: "ConnectorError", code: "PERMISSION", retryable: false });
      expect(String(failure)).toContain("credentials.userToken");
      expect(methods(stage)).toEqual([]);
    });
  });

  test.each([{ hidden: false }, { hidden: true }])(
    "comes back by the user token with the bot in it, private: $hidden",
    async ({ hidden }) => {
      const system = await startSlack();
      await archivedOne(system, hidden);
      await withSystem(
        system,
        async (stage) => {
          await unarchive(stage);
          const found = await find(stage, "old");
          expect(found.spec).toMatchObject({ archived: false, private: hidden });
          expect(await system.members("old")).toContain(system.botUserId);
          await update(stage, channels, found, { topic: "back" });
          expect((await find(stage, "old")).spec.topic).toBe("back");
        },
        both,
      );
    },
  );

  test("may be unarchived by a main token that is a person's", async () => {
    const { bot_id: _, ...person } = whoami;
    await withAnswers(
      ({ path }) => ({ body: path === "/api/auth.test" ? person : { ok: true } }),
      async (stage) => {
        const observed = { id: "C1", spec: { name: "old", private: false, archived: true } };
        await stage.session.guardErrors(async () => channels.archived?.unarchive(stage.session.writer, observed));
        expect(methods(stage)).toEqual(["conversations.unarchive"]);
      },
    );
  });

  test.each([
    { method: "archive", word: "already_archived" },
    { method: "unarchive", word: "not_archived" },
  ] as const)("$method succeeds when Slack says $word", async ({ method, word }) => {
    await withAnswers(
      ({ path }) => ({
        body:
          path === "/api/auth.test" ? whoami : path.endsWith(`.${method}`) ? { ok: false, error: word } : { ok: true },
      }),
      async ({ session }) => {
        const observed = { id: "C1", spec: { name: "old", private: false } };
        await session.guardErrors(async () => channels.archived?.[method](session.writer, observed));
      },
      both,
    );
  });

  test.each(["cant_archive_general", "cant_archive_required"])(
    "cannot be made of one that Slack keeps: %s fails for good",
    async (error) => {
      await withAnswers(
        () => ({ body: { ok: false, error } }),
        async (stage) => {
          const observed = { id: "C1", spec: { name: "general" } };
          const archive = async () => channels.archived?.archive(stage.session.writer, observed);
          const failure = await failureOf(stage.session.guardErrors(archive));
          expect(failure).toMatchObject({ retryable: false, platformCode: error });
          expect(stage.requests).toHaveLength(1);
        },
      );
    },
  );

  test("that the bot is not in is joined before it is archived", async () => {
    const system = await startSlack({ channels: [{ name: "ops" }] });
    await withSystem(system, async (stage) => {
      const observed = await find(stage, "ops");
      await stage.session.guardErrors(async () => channels.archived?.archive(stage.session.writer, observed));
      expect(methods(stage)).toEqual(["conversations.join", "conversations.archive"]);
      expect((await find(stage, "ops")).spec.archived).toBe(true);
    });
  });
});

describe("people", () => {
  const channel = { id: "C1", spec: { name: "ops" } };
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `U${index}`);
  const invite = (stage: Stage, added: readonly string[], removed: readonly string[] = []) =>
    update(stage, channels, channel, { members: added }, { members: { added, removed } });

  test("come in by the thousand and go one by one", async () => {
    await withAnswers(
      () => ({ body: { ok: true } }),
      async (stage) => {
        await invite(stage, ids(1001), ["UX", "UY"]);
        expect(methods(stage)).toEqual([
          ...Array(2).fill("conversations.invite"),
          ...Array(2).fill("conversations.kick"),
        ]);
        const forms = stage.writes().map(({ body }) => body as Record<string, string>);
        expect(forms.slice(0, 2).map(({ users }) => users?.split(",").length)).toEqual([1000, 1]);
        expect(forms.slice(2).map(({ user }) => user)).toEqual(["UX", "UY"]);
      },
    );
  });

  test("who are in already keep nobody else out", async () => {
    const system = await startSlack({ users: [{ name: "ada", email: "ada@example.com" }] });
    const made = (await system.call("conversations.create", { name: "ops" }, "bot")) as { channel: { id: string } };
    const ada = await system.userId("ada@example.com");
    const admin = "U000000001";
    await system.call("conversations.invite", { channel: made.channel.id, users: admin }, "bot");
    await withSystem(system, async (stage) => {
      const added = [admin, ada, system.botUserId];
      await update(stage, channels, await find(stage, "ops"), { members: added }, { members: { added, removed: [] } });
      expect(await system.members("ops")).toEqual([system.botUserId, admin, ada].sort());
    });
  });

  test.each<{ what: string; answer: Scripted }>([
    { what: "already in", answer: { body: { ok: false, error: "already_in_channel" } } },
    {
      what: "ourselves and those who are in",
      answer: {
        body: {
          ok: false,
          error: "cant_invite_self",
          errors: [
            { user: "UBOT", ok: false, error: "cant_invite_self" },
            { user: "U1", ok: false, error: "already_in_channel" },
          ],
        },
      },
    },
  ])("who are $what are no failure", async ({ answer }) => {
    await withAnswers(
      () => answer,
      async (stage) => {
        await invite(stage, ["U1", "UBOT"]);
        expect(stage.requests).toHaveLength(1);
      },
    );
  });

  const errors = [
    { user: "U1", ok: false, error: "already_in_channel" },
    { user: "U2", ok: false, error: "user_is_restricted" },
  ];
  test.each<{ what: string; answer: Scripted }>([
    { what: "nobody came in", answer: { body: { ok: false, error: "already_in_channel", errors } } },
    { what: "others came in", answer: { body: { ok: true, errors } } },
  ])("who cannot come are named, also when $what", async ({ answer }) => {
    await withAnswers(
      () => answer,
      async (stage) => {
        const failure = await failureOf(invite(stage, ["U1", "U2"]));
        expect(failure).toMatchObject({ name: "ConnectorError", platformCode: "user_is_restricted" });
        expect(String(failure)).toContain("U2");
      },
    );
  });

  test.each(["cant_kick_self", "cant_kick_from_general"])(
    "who may not be taken out are a failure for good: %s",
    async (error) => {
      await withAnswers(
        () => ({ body: { ok: false, error } }),
        async (stage) => {
          const failure = await failureOf(invite(stage, [], ["U1"]));
          expect(failure).toMatchObject({ retryable: false, platformCode: error });
          expect(stage.requests).toHaveLength(1);
        },
      );
    },
  );

  test("who are gone already are no failure when they are taken out", async () => {
    await withAnswers(
      () => ({ body: { ok: false, error: "not_in_channel" } }),
      async (stage) => invite(stage, [], ["U1"]),
    );
  });
});
