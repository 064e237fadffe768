/** What GitHub could not deliver: which hooks are asked, what counts as missing, and what is sent again. */
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import type { ConnectorError, MissedDelivery, MissedRequest } from "../../../src/connector-kit/index.ts";
import { VirtualClock } from "../../support/clock.ts";
import { startGitHub } from "../../support/github.ts";
import { type Asked, create, failureOf, kindOf, type Scripted, type Stage, thingsOf } from "../stage.ts";
import { github, githubStaging, parent } from "./organization.ts";

const { withSystem, withAnswers } = githubStaging();
const HOOK = "https://plumbline.example.com/api/webhooks/gh";
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 4, 12);
const LIST = "/repos/acme/api/hooks/7/deliveries";
const hoursAgo = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

const ours = [
  { kind: "repositories", key: ["api"], id: "1" },
  { kind: "repositories.webhooks", key: ["api", HOOK], id: "7" },
  { kind: "repositories.webhooks", key: ["api", "https://ci.example.com/h"], id: "8" },
];

const request = (more: Partial<MissedRequest> = {}): MissedRequest => ({
  reaches: (address) => address === HOOK,
  owned: ours,
  arrived: async () => new Set(),
  now: NOW,
  ...more,
});

/** What was found, also where it ends with an error. */
async function missedIn({ session }: Stage, asked: MissedRequest = request()): Promise<MissedDelivery[]> {
  const found: MissedDelivery[] = [];
  const recovery = github.events?.recover;
  await session.guardErrors(async () => {
    for await (const one of recovery?.missed(session.reader, asked) ?? []) found.push(one);
  });
  return found;
}

let last = 1000;
const attempt = (guid: string, hours: number, more: object = {}) => ({
  ...{ id: ++last, guid, delivered_at: hoursAgo(hours), redelivery: false, duration: 0.1, status: "", event: "push" },
  ...{ status_code: 502, action: null, installation_id: null, repository_id: 1, ...more },
});

/** A GitHub with these attempts, the newest first. */
const keeping =
  (attempts: readonly ReturnType<typeof attempt>[]) =>
  ({ path, query }: Asked): Scripted => {
    if (path !== LIST) return { status: 404, body: { message: "Not Found" } };
    const success = query.status === "success";
    return { body: attempts.filter(({ status_code: code }) => (code === 200) === success) };
  };

test("what failed, is not in the inbox and never arrived since is missing; the first attempt says when it was", async () => {
  const attempts = [
    attempt("arrived later", 1, { status_code: 200, redelivery: true }),
    attempt("tried twice", 2, { redelivery: true, id: 22 }),
    attempt("in the inbox", 3),
    attempt("tried twice", 4, { id: 21 }),
    attempt("arrived later", 5),
    attempt("timed out", 6, { status_code: 0, id: 20 }),
  ];
  await withAnswers(keeping(attempts), async (stage) => {
    const asked: unknown[] = [];
    const arrived = async (ids: readonly string[]) => {
      asked.push(ids);
      return new Set(["in the inbox"]);
    };
    expect(await missedIn(stage, request({ arrived }))).toEqual([
      { id: "tried twice", at: hoursAgo(4), triedAt: hoursAgo(2), attempts: 2, reference: `${LIST}/21` },
      { id: "timed out", at: hoursAgo(6), triedAt: hoursAgo(6), attempts: 1, reference: `${LIST}/20` },
    ]);
    expect(asked).toEqual([["tried twice", "in the inbox", "arrived later", "timed out"]]);
    expect(stage.requests.map(({ path, query }) => [path, query])).toEqual([
      [LIST, { per_page: "100", status: "failure" }],
      [LIST, { per_page: "100", status: "success" }],
    ]);
  });
});

test("where nothing is missing one request is sent for a hook, and none for hooks that send elsewhere", async () => {
  await withAnswers(keeping([attempt("a", 1)]), async (stage) => {
    expect(await missedIn(stage, request({ arrived: async (ids) => new Set(ids) }))).toEqual([]);
    expect(stage.sent()).toEqual([`GET ${LIST}`]);
    expect(await missedIn(stage, request({ reaches: () => false }))).toEqual([]);
    expect(stage.sent()).toHaveLength(1);
  });
});

test("a server that knows no filter gives all attempts, and the failures are found among them", async () => {
  const attempts = [attempt("fine", 1, { status_code: 200 }), attempt("failed", 2)];
  await withAnswers(
    () => ({ body: attempts }),
    async (stage) => expect((await missedIn(stage)).map(({ id }) => id)).toEqual(["failed"]),
  );
});

test.each([
  { hours: 71, found: ["a"] },
  { hours: 73, found: [] },
])("a delivery that was first sent $hours hours ago and tried since: $found", async ({ hours, found }) => {
  const attempts = [attempt("a", 1, { redelivery: true }), attempt("a", hours)];
  await withAnswers(keeping(attempts), async (stage) =>
    expect((await missedIn(stage)).map(({ id }) => id)).toEqual(found),
  );
});

test("pages are followed, and none is asked for behind what is too old", async () => {
  const pages = [[attempt("a", 1)], [attempt("b", 2), attempt("old", 100)], [attempt("older", 101)]];
  const answer = ({ url, query }: Asked): Scripted => {
    if (query.status === "success") return { body: [] };
    const at = Number(query.cursor ?? 0);
    const next = new URL(url);
    next.searchParams.set("cursor", String(at + 1));
    return { body: pages[at], headers: { link: `<${next.href}>; rel="next"` } };
  };
  await withAnswers(answer, async (stage) => {
    expect((await missedIn(stage)).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(stage.requests.filter(({ query }) => query.status === "failure")).toHaveLength(2);
  });
});

test("a hook that cannot be asked keeps the others from nothing, and is told in the end", async () => {
  const organization = { kind: "webhooks", key: [HOOK], id: "9" };
  const answer = ({ path, query }: Asked): Scripted =>
    path === "/orgs/acme/hooks/9/deliveries"
      ? { body: query.status === "failure" ? [attempt("a", 1)] : [] }
      : { status: 403, body: { message: "Must have admin rights to Repository." } };
  await withAnswers(answer, async ({ session }) => {
    const found: string[] = [];
    const all = async () => {
      const asked = request({ owned: [...ours, organization] });
      for await (const { id } of github.events?.recover?.missed(session.reader, asked) ?? []) found.push(id);
    };
    const failure = (await failureOf(session.guardErrors(all))) as ConnectorError;
    expect(failure).toMatchObject({ code: "PERMISSION" });
    expect(failure.message).toContain(`list the deliveries of the webhook ${HOOK} of acme/api`);
    expect(found).toEqual(["a"]);
  });
});

test("a redelivery is one request, and one that gets no answer is sent again: it does nothing twice", async () => {
  let tries = 0;
  const answer = (): Scripted => (++tries === 1 ? { status: 502, body: "" } : { status: 202, body: {} });
  await withAnswers(answer, async (stage) => {
    const missed = { id: "a", at: hoursAgo(1), triedAt: hoursAgo(1), attempts: 1, reference: `${LIST}/21` };
    await stage.session.guardErrors(() => github.events?.recover?.redeliver(stage.session.writer, missed));
    expect(stage.sent()).toEqual([`POST ${LIST}/21/attempts`, `POST ${LIST}/21/attempts`]);
  });
});

test("a delivery whose number cannot be told exactly is not asked for: it would be another one", async () => {
  await withAnswers(
    () => ({ status: 202 }),
    async (stage) => {
      const reference = `${LIST}/${2 ** 53 + 2}`;
      const missed = { id: "a", at: hoursAgo(1), triedAt: hoursAgo(1), attempts: 1, reference };
      const asked = stage.session.guardErrors(() => github.events?.recover?.redeliver(stage.session.writer, missed));
      expect(await failureOf(asked)).toMatchObject({ code: "UNSUPPORTED" });
      expect(stage.requests).toEqual([]);
    },
  );
});

test("against a system that keeps deliveries: looking again costs nothing, and what is sent again arrives at last", async () => {
  const system = await startGitHub({ repositories: [{ name: "api" }] });
  await withSystem(system, async (stage) => {
    const webhooks = kindOf(github, "repositories.webhooks");
    await create(stage, webhooks, { url: "http://127.0.0.1:9/gh", secret: "s" }, parent("api"));
    const [hook] = await thingsOf(stage, webhooks, [parent("api")]);
    const address = `/repos/acme/api/hooks/${hook?.id}`;
    const { guid } = await system.deliver(address, "push", { ref: "a" });
    const owned = [{ kind: "repositories.webhooks", key: ["api", "http://127.0.0.1:9/gh"], id: String(hook?.id) }];
    const asked = request({ owned, reaches: () => true, now: Date.now() });
    const [missed] = await missedIn(stage, asked);
    expect(missed).toMatchObject({ id: guid, attempts: 1 });
    await stage.session.guardErrors(() =>
      github.events?.recover?.redeliver(stage.session.writer, missed as MissedDelivery),
    );
    expect(system.deliveries(address).map(({ guid: id, redelivery }) => [id, redelivery])).toEqual([
      [guid, true],
      [guid, false],
    ]);
    expect(await missedIn(stage, asked)).toMatchObject([{ id: guid, attempts: 2 }]);
    const before = stage.proxy.requests.length;
    await missedIn(stage, asked);
    const conditional = stage.proxy.requests.slice(before).map(({ headers }) => "if-none-match" in headers);
    expect(conditional).toEqual([true, true]);
  });
});

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

test.each([
  { config: { status: 200, body: { url: HOOK } }, found: ["mine"] },
  { config: { status: 200, body: { url: "https://elsewhere.example" } }, found: [] },
  { config: { status: 404, body: { message: "Not Found" } }, found: [] },
])("an App's own hook that answers $config gives $found, of its own installation only", async ({ config, found }) => {
  const clock = new VirtualClock({ epoch: NOW });
  const attempts = [
    attempt("mine", 1, { installation_id: 100, id: 5 }),
    attempt("theirs", 2, { installation_id: 101 }),
  ];
  const answer = ({ path, query }: Asked): Scripted => {
    if (path.endsWith("/access_tokens")) {
      return { status: 201, body: { token: "ghs_x", expires_at: new Date(NOW + HOUR).toISOString() } };
    }
    if (path === "/app/hook/config") return config;
    if (path.endsWith("/attempts")) return { status: 202, body: {} };
    return { body: query.status === "failure" ? attempts : [] };
  };
  const credentials = { appId: "12345", privateKey, installationId: "100" };
  await withAnswers(
    answer,
    async (stage) => {
      const missed = await missedIn(stage, request({ owned: [] }));
      expect(missed.map(({ id }) => id)).toEqual(found);
      for (const one of missed)
        await stage.session.guardErrors(() => github.events?.recover?.redeliver(stage.session.writer, one));
      const app = stage.requests.filter(({ path }) => path.startsWith("/app/hook"));
      expect(stage.writes().map(({ path }) => path)).toEqual(
        found.length > 0 ? ["/app/hook/deliveries/5/attempts"] : [],
      );
      // An App's own token is a JWT, which has three parts.
      for (const { headers } of app) expect(headers.authorization?.split(".")).toHaveLength(3);
    },
    { credentials, clock },
  );
});
