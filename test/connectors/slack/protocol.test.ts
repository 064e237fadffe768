/** Slack's failures, which come with the status 200, its scopes, and its limits for each method. */
import { describe, expect, test } from "vitest";
import { describeConnector, limitText } from "../../../src/cli/describe-connector.ts";
import { compileConnector, type ErrorCode } from "../../../src/connector-kit/index.ts";
import { startSlack } from "../../support/slack.ts";
import { type Asked, failureOf, type Scripted, type Stage, thingsOf, update } from "../stage.ts";
import { BOT, channels, perform, rawChannel, slack, slackStaging, USER, whoami } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();
const refused = (error: string, fields: object = {}): Scripted => ({ body: { ok: false, error, ...fields } });

describe("an error word with the status 200", () => {
  test.each<{ word: string; code: ErrorCode; retryable: boolean }>([
    ...["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"].map((word) => ({
      word,
      code: "AUTH" as const,
      retryable: false,
    })),
    ...["missing_scope", "not_allowed_token_type", "restricted_action", "no_permission", "access_denied"].map(
      (word) => ({
        word,
        code: "PERMISSION" as const,
        retryable: false,
      }),
    ),
    { word: "channel_not_found", code: "NOT_FOUND", retryable: false },
    { word: "user_not_found", code: "NOT_FOUND", retryable: false },
    { word: "name_taken", code: "CONFLICT", retryable: false },
    { word: "is_archived", code: "CONFLICT", retryable: false },
    { word: "invalid_name_specials", code: "VALIDATION", retryable: false },
    { word: "a_word_of_tomorrow", code: "VALIDATION", retryable: false },
    { word: "paid_teams_only", code: "UNSUPPORTED", retryable: false },
    { word: "internal_error", code: "UNAVAILABLE", retryable: true },
    { word: "fatal_error", code: "UNAVAILABLE", retryable: true },
    { word: "service_unavailable", code: "UNAVAILABLE", retryable: true },
    { word: "request_timeout", code: "TIMEOUT", retryable: true },
    { word: "ratelimited", code: "RATE_LIMITED", retryable: true },
  ])("$word is $code", async ({ word, code, retryable }) => {
    await withAnswers(
      () => refused(word),
      async ({ session, requests }) => {
        const failure = await failureOf(session.check());
        expect(failure).toMatchObject({ name: "ConnectorError", code, retryable, platformCode: word });
        expect(requests.length > 1).toBe(retryable);
      },
    );
  });

  test("missing_scope names the scope that is needed and those that the token has", async () => {
    await withAnswers(
      () => refused("missing_scope", { needed: "groups:read", provided: "channels:read,chat:write" }),
      async (stage) => {
        const failure = await failureOf(thingsOf(stage, channels));
        expect(failure).toMatchObject({ code: "PERMISSION" });
        expect(String(failure)).toMatch(/groups:read.*channels:read,chat:write/);
      },
    );
  });

  test("a warning beside ok is no failure", async () => {
    await withAnswers(
      () => ({ body: { ok: true, warning: "superfluous_charset", response_metadata: { warnings: ["x"] } } }),
      async (stage) => {
        await update(stage, channels, { id: "C1", spec: { name: "one" } }, { topic: "t" });
        expect(stage.requests).toHaveLength(1);
      },
    );
  });

  test("invalid_arguments shows what Slack says of them", async () => {
    await withAnswers(
      () => refused("invalid_arguments", { response_metadata: { messages: ["[ERROR] missing required field: name"] } }),
      async ({ session }) => {
        expect(String(await failureOf(session.check()))).toContain("missing required field: name");
      },
    );
  });

  test("an internal error after a write that cannot be repeated leaves its outcome unknown, and is not sent again", async () => {
    await withAnswers(
      () => refused("internal_error"),
      async ({ session, requests }) => {
        const make = async () =>
          channels.create?.(session.writer, { desired: { name: "new" }, parent: { id: "", key: [], spec: {} } });
        expect(await failureOf(session.guardErrors(make))).toMatchObject({ outcomeUnknown: true, code: "UNAVAILABLE" });
        expect(requests).toHaveLength(1);
      },
    );
  });

  test.each([{ body: { ok: false, error: "ratelimited" } }, { body: "Too Many Requests" }, {}])(
    "a 429 is waited out as its header says, and the request sent again: %j",
    async (answer) => {
      let asked = 0;
      const busy = { status: 429, headers: { "retry-after": "7" }, ...answer };
      await withAnswers(
        () => (asked++ === 0 ? busy : { body: whoami }),
        async ({ session, clock, requests }) => {
          await session.check();
          expect(requests).toHaveLength(2);
          expect(clock.monotonic()).toBe(7000);
        },
      );
    },
  );
});

describe("the connection test", () => {
  test("tells the account and its scopes, and identity the workspace, with one request in all", async () => {
    const system = await startSlack({ team: "Acme Inc", scopes: ["channels:read", "chat:write"] });
    await withSystem(system, async ({ session, sent }) => {
      expect(await session.check()).toMatchObject({
        account: { id: system.botUserId },
        scopes: ["channels:read", "chat:write"],
      });
      expect(await session.identity()).toEqual({ id: system.teamId, title: "team Acme Inc" });
      expect(sent()).toEqual(["POST /api/auth.test"]);
    });
  });

  test("refuses a token of a whole organisation, with what to do instead", async () => {
    await withAnswers(
      () => ({ body: { ...whoami, is_enterprise_install: true } }),
      async ({ session }) => {
        for (const call of [session.check(), session.identity()]) {
          const failure = await failureOf(call);
          expect(failure).toMatchObject({ code: "UNSUPPORTED", retryable: false });
          expect(String(failure)).toMatch(/Install the app in one workspace/);
        }
      },
    );
  });

  test("says nothing of scopes where no header tells them", async () => {
    await withAnswers(
      () => ({ body: whoami }),
      async ({ session }) => {
        expect(await session.check()).toEqual({ account: { id: "UBOT", name: "plumbline", aliases: ["B1"] } });
      },
    );
  });

  test("that failed is done again when it is asked for again", async () => {
    const answers: Scripted[] = [refused("invalid_auth"), { body: whoami }];
    await withAnswers(
      () => answers.shift() ?? { body: whoami },
      async ({ session }) => {
        expect(await failureOf(session.check())).toMatchObject({ code: "AUTH" });
        expect(await session.check()).toMatchObject({ account: { id: "UBOT" } });
      },
    );
  });

  test("sends the bot token in the header and nowhere else", async () => {
    await withAnswers(
      () => ({ body: whoami }),
      async ({ session, requests }) => {
        await session.check();
        const [request] = requests as Asked[];
        expect(request?.headers.authorization).toBe(`Bearer ${BOT}`);
        expect(request?.url.href + JSON.stringify(request?.body)).not.toContain(BOT);
      },
      { credentials: { token: BOT, userToken: USER } },
    );
  });
});

describe("Slack's limits", () => {
  test("hold for each method by itself", async () => {
    await withAnswers(
      () => ({ body: { ok: true } }),
      async (stage) => {
        const channel = { id: "C1", spec: { name: "one" } };
        for (let count = 0; count < 20; count += 1) await update(stage, channels, channel, { topic: `no ${count}` });
        await update(stage, channels, channel, { purpose: "another method" });
        expect(stage.clock.monotonic()).toBe(0);
        await update(stage, channels, channel, { topic: "one more" });
        expect(stage.clock.monotonic()).toBe(3000);
      },
    );
  });

  test("hold on slack.com only", async () => {
    await withAnswers(
      () => ({ body: { ok: true } }),
      async (stage) => {
        const channel = { id: "C1", spec: { name: "one" } };
        for (let count = 0; count < 30; count += 1) await update(stage, channels, channel, { topic: `no ${count}` });
        expect(stage.clock.monotonic()).toBe(0);
      },
      { connection: { baseUrl: "https://proxy.acme.example" } },
    );
  });

  test.each([
    { what: "messages", parameters: { channel: "C012", message: "x" } },
    { what: "messages by webhook", parameters: { via: "webhook", message: "x" } },
  ])("that are reached by $what hold up nothing else", async ({ parameters }) => {
    const credentials = { token: BOT, webhookUrl: "https://hooks.slack.com/services/T0123/B0123/abcdefghijk" };
    await withAnswers(
      ({ path }) =>
        path.includes(".list")
          ? { body: { ok: true, channels: [rawChannel("one")] } }
          : { status: 429, headers: { "retry-after": "60" }, body: { ok: false, error: "ratelimited" } },
      async (stage) => {
        const failure = await failureOf(perform(stage, "send_message", parameters));
        expect(failure).toMatchObject({ code: "RATE_LIMITED", retryAfter: 60_000 });
        expect(await thingsOf(stage, channels)).toHaveLength(1);
        expect(stage.clock.monotonic()).toBe(0);
      },
      { credentials },
    );
  });

  test("are the published tiers for each method, and a message a second for each channel and webhook", () => {
    expect(describeConnector(compileConnector(slack)).limits.map((limit) => [limit.name, limitText(limit)])).toEqual([
      ["tier2", "20 per 1m for each method"],
      ["tier3", "50 per 1m for each method"],
      ["tier4", "100 per 1m for each method"],
      ["special", "300 per 1m for each method"],
      ["message", "1 per 1s for each channel"],
      ["webhook", "1 per 1s for each webhook"],
    ]);
  });

  describe("for messages", () => {
    const credentials = { token: BOT, webhookUrl: "https://hooks.slack.com/services/T0123/B0123/abcdefghijk" };
    const answer = ({ url }: Asked): Scripted =>
      url.host === "hooks.slack.com" ? { body: "ok" } : { body: { ok: true, channel: "C012", ts: "1.0" } };
    const say = (stage: Stage, channel: string) => perform(stage, "send_message", { channel, message: "x" });
    const post = (stage: Stage) => perform(stage, "send_message", { via: "webhook", message: "x" });

    test("space them a second apart in one channel, and hold up no other channel", async () => {
      await withAnswers(answer, async (stage) => {
        for (const channel of ["C012", "C013", "C014", "U015"]) await say(stage, channel);
        expect(stage.clock.monotonic()).toBe(0);
        await say(stage, "C012");
        expect(stage.clock.monotonic()).toBe(1000);
        await say(stage, "C012");
        await say(stage, "C013");
        expect(stage.clock.monotonic()).toBe(2000);
      });
    });

    test("count a channel by its id, whether it was named or not", async () => {
      const named = (request: Asked): Scripted =>
        request.path.endsWith(".list")
          ? { body: { ok: true, channels: [{ id: "C012", name: "ops" }] } }
          : answer(request);
      await withAnswers(named, async (stage) => {
        for (const channel of ["C012", "#ops", "ops"]) await say(stage, channel);
        expect(stage.clock.monotonic()).toBe(2000);
      });
    });

    test("space those by one webhook a second apart, though it is on another host, and hold up no method", async () => {
      await withAnswers(
        answer,
        async (stage) => {
          for (let count = 0; count < 3; count += 1) await post(stage);
          expect(stage.clock.monotonic()).toBe(2000);
          await say(stage, "C012");
          expect(stage.clock.monotonic()).toBe(2000);
        },
        { credentials },
      );
    });

    test("do not hold for a webhook on a host that is not Slack's", async () => {
      await withAnswers(
        () => ({ body: "ok" }),
        async (stage) => {
          for (let count = 0; count < 5; count += 1) await post(stage);
          expect(stage.clock.monotonic()).toBe(0);
        },
        { credentials: { token: BOT, webhookUrl: "https://proxy.acme.example/services/T0123/B0123/abcdefghijk" } },
      );
    });

    test("let a change of a message go at once, which has a tier of its own", async () => {
      await withAnswers(answer, async (stage) => {
        await say(stage, "C012");
        const change = { channel: "C012", ts: "1.0", message: "y" };
        for (let count = 0; count < 5; count += 1) await perform(stage, "update_message", change);
        expect(stage.clock.monotonic()).toBe(0);
      });
    });
  });

  test("that a 429 tells of hold up the method in all channels, and no other method", async () => {
    const answers: Scripted[] = [{ status: 429, headers: { "retry-after": "9" }, body: "" }];
    await withAnswers(
      ({ path }) =>
        (path.endsWith("postMessage") ? answers.shift() : undefined) ?? {
          body: { ok: true, channel: "C012", ts: "1.0" },
        },
      async (stage) => {
        await perform(stage, "send_message", { channel: "C012", message: "x" });
        expect(stage.clock.monotonic()).toBe(9000);
        answers.push({ status: 429, headers: { "retry-after": "60" }, body: "" });
        await failureOf(perform(stage, "send_message", { channel: "C012", message: "x" }));
        const other = perform(stage, "send_message", { channel: "C013", message: "x" });
        expect(await failureOf(other)).toMatchObject({ code: "RATE_LIMITED" });
        const sent = stage.requests.length;
        await perform(stage, "update_message", { channel: "C013", ts: "1.0", message: "y" });
        expect(stage.requests).toHaveLength(sent + 1);
      },
    );
  });

  test.each([{ method: "conversations.list", free: 20, run: thingsOf }])(
    "let $method be called $free times at once",
    async ({ free, run }) => {
      await withAnswers(
        () => ({ body: { ok: true, channels: [rawChannel("one")] } }),
        async (stage) => {
          for (let count = 0; count < free; count += 1) await run(stage, channels);
          expect(stage.clock.monotonic()).toBe(0);
          await run(stage, channels);
          expect(stage.clock.monotonic()).toBeGreaterThan(0);
        },
      );
    },
  );
});
