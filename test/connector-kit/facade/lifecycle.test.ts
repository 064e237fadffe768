/** From initialize to close. */
import { describe, expect, test } from "vitest";
import { createLender } from "../../../src/connector-kit/facade/lease.ts";
import { createTransport, ExternalSystemFactory } from "../../../src/index.ts";
import { fakeSystem } from "../../support/fakes.ts";
import { dataOf, systemOf, testFactory } from "./systems.ts";
import { TOKEN, tracker } from "./tracker.ts";

const settings = { base_url: "https://tracker.example.com", token: TOKEN };

test("initialize names every required setting that is missing, and says no", async () => {
  const result = await (await systemOf(tracker().connector)).initialize();
  expect(result).toMatchObject({ success: false, data: false, errorCode: "VALIDATION" });
  expect(result.errorMessage).toContain("credentials.token, connection.baseUrl");
});

test("initialize sends nothing; connect sends one request, and isConnected none", async () => {
  const fake = fakeSystem();
  const system = await systemOf(fake.connector);
  expect(dataOf(await system.initialize())).toBe(true);
  expect(dataOf(await system.isConnected())).toBe(false);
  expect(fake.reads).toEqual([]);
  const connected = await system.connect();
  expect(connected).toMatchObject({ data: true, metadata: { requests: 1 } });
  expect(dataOf(await system.isConnected())).toBe(true);
  expect(fake.reads).toEqual(["check"]);
});

test("operations that come first connect by themselves, together once", async () => {
  const fake = fakeSystem();
  fake.addRoom({ name: "api" });
  const system = await systemOf(fake.connector);
  const both = await Promise.all([system.query("rooms"), system.getItem("room", "api")]);
  expect(both.map(({ success }) => success)).toEqual([true, true]);
  expect(fake.reads.filter((read) => read === "check")).toHaveLength(1);
  expect(dataOf(await system.isConnected())).toBe(true);
});

test("a connection that failed is tried again by the next call", async () => {
  const fake = fakeSystem();
  const system = await systemOf(fake.connector);
  fake.failRead("check", "AUTH");
  expect(await system.connect()).toMatchObject({ success: false, data: false, errorCode: "AUTH" });
  expect(await system.query("rooms")).toMatchObject({ success: false, errorCode: "AUTH" });
  fake.heal();
  expect(dataOf(await system.query("rooms"))).toEqual([]);
});

test("a system that does not answer any more is not connected until it answers again", async () => {
  const fake = fakeSystem();
  const system = await systemOf(fake.connector);
  dataOf(await system.connect());
  fake.failRead("list teams 1", "UNAVAILABLE");
  expect((await system.query("teams")).success).toBe(false);
  expect(dataOf(await system.isConnected())).toBe(false);
  dataOf(await system.query("rooms"));
  expect(dataOf(await system.isConnected())).toBe(true);
});

test("a refused token is a failure of the connection that does not show it", async () => {
  const system = await systemOf(tracker().connector, { ...settings, token: "wrong-token-123456" });
  const result = await system.connect();
  expect(result).toMatchObject({
    success: false,
    data: false,
    errorCode: "AUTH",
    errorMessage: "The token (sensitive) is wrong.",
  });
});

test("each result counts its own requests, whatever runs beside it", async () => {
  const fake = fakeSystem({ pageSize: 1 });
  for (const name of ["a", "b", "c"]) fake.addRoom({ name });
  const system = await systemOf(fake.connector);
  dataOf(await system.connect());
  const [rooms, teams] = await Promise.all([system.query("rooms"), system.query("teams")]);
  expect([rooms.metadata.requests, teams.metadata.requests]).toEqual([3, 1]);
  expect(rooms.metadata.duration).toEqual(expect.any(Number));
});

describe("close", () => {
  test("may be called again, and every operation after it fails and says so", async () => {
    const fake = fakeSystem();
    const system = await systemOf(fake.connector);
    dataOf(await system.connect());
    expect(dataOf(await system.close())).toBe(true);
    expect(dataOf(await system.close())).toBe(true);
    expect(dataOf(await system.isConnected())).toBe(false);
    fake.forget();
    const after = [
      system.initialize(),
      system.connect(),
      system.query("rooms"),
      system.systemInfo(),
      system.executeOperation("x"),
    ];
    for (const result of await Promise.all(after)) {
      expect(result).toMatchObject({ success: false, errorCode: "UNAVAILABLE", metadata: { retryable: false } });
      expect(result.errorMessage).toContain('"fake" (Fake) is closed');
    }
    expect(fake.reads).toEqual([]);
  });

  test("lets what is under way end before it ends the connections", async () => {
    const order: string[] = [];
    const transport = () => ({ ...createTransport(), close: async () => void order.push("connections") });
    const factory = new ExternalSystemFactory({ transport }).register("fake", fakeSystem({ pageSize: 1 }).connector);
    const system = await factory.create("fake");
    dataOf(await system.connect());
    const query = system.query("rooms").then(({ success }) => order.push(`query ${success}`));
    await Promise.all([query, system.close()]);
    expect(order).toEqual(["query true", "connections"]);
  });

  test("of one system leaves the connections of the others; the last one ends them", async () => {
    const ends: string[] = [];
    let made = 0;
    const transport = () => {
      made += 1;
      const one = createTransport();
      return { ...one, close: async () => void ends.push("closed") };
    };
    const factory = new ExternalSystemFactory({ transport }).register("fake", fakeSystem().connector);
    const [first, second] = [await factory.create("fake"), await factory.create("fake")];
    await Promise.all([first.connect(), second.connect()]);
    await first.close();
    await first.close();
    expect({ made, ends }).toEqual({ made: 1, ends: [] });
    await second.close();
    expect(ends).toEqual(["closed"]);
    const third = await factory.create("fake");
    await third.connect();
    expect(made).toBe(2);
    await third.close();
  });
});

test("giving a lent transport back twice counts once", async () => {
  const ends: string[] = [];
  const lend = createLender(() => ({ ...createTransport(), close: async () => void ends.push("closed") }));
  const [first, second] = [lend(), lend()];
  await first.release();
  await first.release();
  expect(ends).toEqual([]);
  await second.release();
  expect(ends).toEqual(["closed"]);
});

describe("systemInfo", () => {
  test("tells type, address, version, account and capabilities", async () => {
    const info = dataOf(await (await systemOf(tracker().connector, settings)).systemInfo());
    expect(info).toMatchObject({
      ...{ systemType: "tracker", title: "Tracker", connected: true, baseUrl: "https://tracker.example.com" },
      ...{ serverInfo: { version: "9.1", scopes: ["write"] }, account: { id: "u1", name: "robot" } },
      capabilities: { comments: true, itemTypes: ["issue"] },
    });
    expect(JSON.stringify(info)).not.toContain(TOKEN);
  });

  test("of a system that cannot be reached says why, and what is known without it", async () => {
    const fake = fakeSystem();
    fake.failRead("check", "TIMEOUT");
    const system = await systemOf(fake.connector, { base_url: "https://fake.example.com" });
    const info = dataOf(await system.systemInfo());
    expect(info).toMatchObject({
      ...{ connected: false, baseUrl: "https://fake.example.com", serverInfo: {} },
      problem: { code: "TIMEOUT", message: "The fake failed: check." },
    });
  });

  test("of a system whose settings are not complete says which", async () => {
    const info = dataOf(await (await systemOf(tracker().connector)).systemInfo());
    expect(info).toMatchObject({ connected: false, problem: { code: "VALIDATION" } });
    expect(info.problem?.message).toContain("credentials.token");
  });
});

describe("a factory", () => {
  test("lists its types, and names them when it is asked for another", async () => {
    const factory = testFactory().register("tracker", tracker().connector).register("fake", fakeSystem().connector);
    expect(factory.available()).toEqual(["fake", "tracker"]);
    await expect(factory.create("jira")).rejects.toThrow('no system type "jira". Known types: fake, tracker.');
    await expect(factory.get("jira")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect((await factory.get("fake")).kinds.has("rooms")).toBe(true);
  });

  test("loads a connector when it is first asked for, once, and again after a failure", async () => {
    let loads = 0;
    const factory = testFactory().register("fake", async () => {
      loads += 1;
      if (loads === 1) throw new Error("not yet");
      return fakeSystem().connector;
    });
    expect(loads).toBe(0);
    await expect(factory.create("fake")).rejects.toThrow("not yet");
    await Promise.all([factory.create("fake"), factory.create("fake")]);
    expect(loads).toBe(2);
  });

  test("refuses a type that is registered already, and a setting that nobody knows", async () => {
    const factory = testFactory().register("fake", fakeSystem().connector);
    expect(() => factory.register("fake", tracker().connector)).toThrow('"fake" is registered already');
    await expect(factory.create("fake", { tokn: "x" })).rejects.toThrow(
      'Fake has no setting "tokn". Known settings: baseUrl, token.',
    );
  });

  test("knows nothing of another one", () => {
    testFactory().register("fake", fakeSystem().connector);
    expect(testFactory().available()).toEqual([]);
  });
});
