/** The example of the documentation, compiled with the tests and run. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Host, start, type Task } from "../../../docs/examples/host-program.ts";
import { Capabilities, ExternalSystem, errorCodes } from "../../../src/index.ts";
import { fakeSystem } from "../../support/fakes.ts";
import { testFactory } from "./systems.ts";
import { TOKEN, tracker } from "./tracker.ts";

/** A host whose hooks the test calls. */
function host() {
  const hooks = new Map<string, (task: Task) => Promise<void>>();
  const lines: string[] = [];
  const made: Host = { on: (hook, react) => void hooks.set(hook, react), log: (line) => void lines.push(line) };
  return { host: made, lines, call: async (hook: string, task: Task) => hooks.get(hook)?.(task) };
}

const settings = { base_url: "https://tracker.example.com", token: TOKEN };

test("the host's tasks become issues and comments where a system has them, and nothing where it has not", async () => {
  const [issues, rooms] = [tracker(), fakeSystem()];
  const factory = testFactory().register("tracker", issues.connector).register("fake", rooms.connector);
  const { host: program, lines, call } = host();
  const stop = await start(program, factory, [
    { type: "tracker", settings },
    { type: "fake", settings: {} },
  ]);
  await call("task failed", { id: "build" });
  await call("task completed", { id: "deploy", issue: "1000" });
  expect([...issues.issues.values()]).toMatchObject([{ summary: "Task build Failed", priority: "High" }]);
  expect(issues.calls.at(-1)).toMatchObject({ name: "add_comment", parameters: { text: "Task deploy is completed." } });
  expect(rooms.writes).toEqual([]);
  expect(lines).toEqual([]);
  await stop();
  await call("task failed", { id: "late" });
  expect(issues.issues.size).toBe(1);
  expect(lines).toEqual([expect.stringContaining("closed")]);
});

test("a system that is down is a line in the host's log", async () => {
  const down = fakeSystem();
  down.failRead("check", "UNAVAILABLE");
  const { host: program, lines } = host();
  const stop = await start(program, testFactory().register("fake", down.connector), [{ type: "fake", settings: {} }]);
  expect(lines).toEqual(["fake: connect: UNAVAILABLE: The fake failed: check. (may be tried again)"]);
  await stop();
});

const page = readFileSync(join(import.meta.dirname, "../../../docs/library.md"), "utf8");

/** The first cells of a table's rows, without marks. */
function firstCells(heading: string): string[] {
  const part = page.split(`## ${heading}`)[1]?.split(/\n##+ /)[0] ?? "";
  return [...part.matchAll(/^\| `([A-Za-z]+)/gm)].map(([, word]) => word as string);
}

test("the page lists the methods that there are", () => {
  const methods = Object.getOwnPropertyNames(ExternalSystem.prototype).filter((name) => name !== "constructor");
  expect(firstCells("Methods")).toEqual(methods);
});

test("the page lists the capabilities that there are", () => {
  expect(firstCells("Capabilities")).toEqual(Object.keys(Capabilities.defaults));
});

test("the page names only error codes that there are", () => {
  const named = [...(page.split("## What goes wrong")[1] ?? "").matchAll(/\| ([A-Z_]{4,}) \|/g)].map(
    ([, code]) => code,
  );
  expect(named.length).toBeGreaterThan(8);
  for (const code of named) expect(errorCodes).toContain(code);
});
