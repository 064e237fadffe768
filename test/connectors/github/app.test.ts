/** A GitHub App instead of a token: whose signature goes where, and for how long its token serves. */
import { createVerify, generateKeyPairSync } from "node:crypto";
import { createEmulator } from "emulate";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../support/clock.ts";
import { type Asked, detailsOf, failureOf, type Scripted, staging, thingsOf } from "../stage.ts";
import { github, labels, parent, repositories } from "./organization.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const credentials = { appId: "12345", privateKey, installationId: "100" };
const { withAnswers, withSystem } = staging({
  connector: github,
  spec: "github",
  connection: { organization: "acme" },
  credentials,
});

/** What an App's own token says, its signature having been checked. */
function claimsOf(request: Asked): { iat: number; exp: number; iss: string } {
  const [head = "", claims = "", signature = ""] = (request.headers.authorization ?? "")
    .replace("Bearer ", "")
    .split(".");
  const genuine = createVerify("RSA-SHA256").update(`${head}.${claims}`).verify(publicKey, signature, "base64url");
  if (!genuine) throw new Error(`${request.path} was sent without the App's signature.`);
  expect(JSON.parse(Buffer.from(head, "base64url").toString())).toEqual({ alg: "RS256", typ: "JWT" });
  return JSON.parse(Buffer.from(claims, "base64url").toString()) as { iat: number; exp: number; iss: string };
}

const installation = {
  id: 100,
  app_id: 12_345,
  app_slug: "plumbline",
  account: { login: "acme" },
  permissions: { issues: "write", metadata: "read" },
  suspended_at: null,
};

/** A GitHub whose installation tokens live an hour from when they were made; each is numbered. */
function app(clock: VirtualClock, installations: readonly unknown[] = [installation]) {
  const given: string[] = [];
  const answer = (request: Asked): Scripted => {
    if (request.path === "/app/installations") return claimsOf(request) && { body: installations };
    if (request.path === "/app/installations/100/access_tokens") {
      claimsOf(request);
      given.push(`ghs_${given.length + 1}_${"x".repeat(200)}`);
      return {
        status: 201,
        body: { token: given.at(-1), expires_at: new Date(clock.now() + 3_600_000).toISOString() },
      };
    }
    if (request.headers.authorization !== `Bearer ${given.at(-1)}`)
      return { status: 401, body: { message: "Bad credentials" } };
    return { body: request.path === "/installation/repositories" ? { total_count: 0, repositories: [] } : [] };
  };
  return { given, answer };
}

test("against a system that checks signatures: the App reads what its installation may", async () => {
  const emulator = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      github: {
        users: [{ login: "ada" }],
        orgs: [{ login: "acme", name: "Acme", members: [{ login: "ada", role: "admin" }] }],
        repos: [{ owner: "acme", name: "secret", private: true }],
        apps: [
          {
            app_id: 12_345,
            slug: "plumbline",
            name: "Plumbline",
            private_key: privateKey,
            permissions: { metadata: "read", administration: "read", issues: "read" },
            installations: [{ installation_id: 100, account: "acme" }],
          },
        ],
      },
    },
  });
  const clock = new VirtualClock({ epoch: Date.now() });
  await withSystem(
    emulator,
    async (stage) => {
      const secret = { id: "1", spec: { name: "secret" } };
      const [detail] = await detailsOf(stage, repositories, [secret], ["has_issues"]);
      expect(detail?.spec).toMatchObject({ name: "secret", private: true });
      await thingsOf(stage, labels, [parent("secret")]);
      expect(stage.sent()).toEqual([
        "POST /app/installations/100/access_tokens",
        "GET /repos/acme/secret",
        "GET /repos/acme/secret/labels",
      ]);
    },
    { clock },
  );
});

describe("an installation's token", () => {
  test("is fetched with the App's own, which lives ten minutes at most, and only there", async () => {
    const clock = new VirtualClock();
    const { answer, given } = app(clock);
    await withAnswers(
      answer,
      async (stage) => {
        await thingsOf(stage, labels, [parent("api")]);
        const [fetched, read] = stage.requests as Asked[];
        const { iat, exp, iss } = claimsOf(fetched as Asked);
        const now = clock.now() / 1000;
        expect(iss).toBe("12345");
        expect([now - iat, exp - now > 300, exp - iat <= 600]).toEqual([60, true, true]);
        expect(read?.headers.authorization).toBe(`Bearer ${given[0]}`);
      },
      { clock },
    );
  });

  test("serves requests that need it at once, with one fetch", async () => {
    const clock = new VirtualClock();
    const { answer, given } = app(clock);
    await withAnswers(
      answer,
      async (stage) => {
        await Promise.all(["a", "b", "c", "d"].map((name) => thingsOf(stage, labels, [parent(name)])));
        expect(given).toHaveLength(1);
        expect(stage.requests).toHaveLength(5);
      },
      { clock },
    );
  });

  test("is renewed five minutes before its end, and not before", async () => {
    const clock = new VirtualClock();
    const { answer, given } = app(clock);
    await withAnswers(
      answer,
      async (stage) => {
        const read = () => thingsOf(stage, labels, [parent("api")]);
        await read();
        await clock.advance(54 * 60_000);
        await read();
        expect(given).toHaveLength(1);
        await clock.advance(61_000);
        await read();
        expect(given).toHaveLength(2);
      },
      { clock },
    );
  });

  test("stays out of errors, and so does the key", async () => {
    const clock = new VirtualClock();
    const { answer, given } = app(clock);
    await withAnswers(
      (request) =>
        request.path.endsWith("/labels") ? { status: 400, body: { message: `no ${given[0]}` } } : answer(request),
      async (stage) => {
        const failure = String(await failureOf(thingsOf(stage, labels, [parent("api")])));
        expect(failure).toContain("acme/api");
        expect(failure).not.toContain(String(given[0]));
      },
      { clock },
    );
  });

  test("that does not come is a failure with a name", async () => {
    await withAnswers(
      () => ({ status: 201, body: {} }),
      async (stage) => {
        expect(await failureOf(thingsOf(stage, labels, [parent("api")]))).toMatchObject({ code: "UNAVAILABLE" });
      },
    );
  });
});

describe("the private key", () => {
  test("may have its line ends written as \\n, as environment variables hold it", async () => {
    const clock = new VirtualClock();
    const { answer } = app(clock);
    const oneLine = { ...credentials, privateKey: privateKey.replaceAll("\n", "\\n") };
    await withAnswers(answer, (stage) => thingsOf(stage, labels, [parent("api")]).then(() => undefined), {
      clock,
      credentials: oneLine,
    });
  });

  test("that is none is one clear error without a word of it", async () => {
    await withAnswers(
      () => ({}),
      async ({ session, requests }) => {
        const failure = await failureOf(session.identity());
        expect(failure).toMatchObject({ code: "AUTH" });
        expect(String(failure)).toContain("credentials.privateKey");
        expect(String(failure)).not.toContain("not-a-key-at-all");
        expect(requests).toEqual([]);
      },
      { credentials: { ...credentials, privateKey: "not-a-key-at-all" } },
    );
  });
});

describe("the connection test of an App", () => {
  const run = (
    installations: readonly unknown[],
    see: (check: Promise<unknown>, requests: readonly Asked[]) => Promise<void>,
  ) => {
    const clock = new VirtualClock();
    return withAnswers(
      app(clock, installations).answer,
      (stage) => see(stage.session.check(), stage.requests as Asked[]),
      { clock },
    );
  };

  test("tells the App's account and its permissions, and tries the installation's token", async () => {
    await run([{ ...installation, id: 99 }, installation], async (check, requests) => {
      expect(await check).toEqual({
        account: { id: "12345", name: "plumbline[bot]" },
        scopes: ["issues:write", "metadata:read"],
      });
      expect(requests.at(-1)?.path).toBe("/installation/repositories");
    });
  });

  test.each([
    { what: "that does not exist", installations: [], code: "NOT_FOUND", words: /no installation 100/ },
    {
      what: "of another organisation",
      installations: [{ ...installation, account: { login: "other" } }],
      code: "PERMISSION",
      words: /belongs to other.*acme/,
    },
    {
      what: "that is suspended",
      installations: [{ ...installation, suspended_at: "2026-01-01T00:00:00Z" }],
      code: "PERMISSION",
      words: /suspended/,
    },
  ])("names an installation $what", async ({ installations, code, words }) => {
    await run(installations, async (check) => {
      const failure = await failureOf(check);
      expect(failure).toMatchObject({ name: "ConnectorError", code });
      expect(String(failure)).toMatch(words);
    });
  });
});

test("an App on a person's account lists what its installation may see, page by page", async () => {
  const clock = new VirtualClock();
  const { answer } = app(clock);
  const one = (id: number, login: string) => ({ id, name: `r${id}`, owner: { login } });
  await withAnswers(
    (request) => {
      if (request.path !== "/installation/repositories") return answer(request);
      const next = '<https://api.github.com/installation/repositories?per_page=100&page=2>; rel="next"';
      const second = request.query.page === "2";
      const body = { total_count: 3, repositories: second ? [one(3, "ada")] : [one(1, "ada"), one(2, "acme")] };
      return { body, headers: second ? {} : { link: next } };
    },
    async (stage) => {
      expect((await thingsOf(stage, repositories)).map(({ spec }) => spec.name)).toEqual(["r1", "r3"]);
    },
    { clock, connection: { organization: undefined, owner: "ada" } },
  );
});
