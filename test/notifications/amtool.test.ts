/**
 * Routing beside the real Alertmanager: generated trees and label sets, thousands of them through the receivers that
 * its API names for each alert, and some through `amtool config routes test`. Where it is not installed, the test says
 * so and compares nothing.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Random, seeded } from "../../scripts/rounds/random.ts";
import type { NestedRoute } from "../../src/api/notification-route.ts";
import type { Labels } from "../../src/notifications/matchers.ts";
import { compileRoute, routeEvent } from "../../src/notifications/tree.ts";
import { alertmanagerVersion, configurationOf, startAlertmanager } from "../support/alertmanager.ts";
import { eventOf, naiveRoute, routeOf } from "./fixture.ts";

const names = ["team", "env", "severity", "host"];
const values = ["", "a", "b", "prod", "prod-eu", "x y", "ü", 'q"q', "back\\slash", "line\nbreak"];
const patterns = ["a|b", "prod.*", "prod", ".+", "", ".*", "[a-b]", "(x y|ü)", "p(ro)?d", "\\w+"];

/** A matcher in one of the forms that all of Alertmanager's parsers take and read alike. */
function matcher(random: Random): string {
  const name = random.pick(names);
  const space = random.pick(["", "", " "]);
  const regular = random.fraction() < 0.4;
  const operator = random.pick(regular ? ["=~", "!~"] : ["=", "=", "!="]);
  const value = random.pick(regular ? patterns : values);
  const plain = /^[\w-]+$/.test(value) && random.fraction() < 0.5;
  return `${name}${space}${operator}${space}${plain ? value : JSON.stringify(value)}`;
}

/** A tree in which each route has a receiver of its own. */
function tree(random: Random, size: number): NestedRoute {
  let made = 0;
  const route = (depth: number): NestedRoute => {
    made += 1;
    const integration = `r${made}`;
    const wide = depth === 0 ? 8 : random.whole(0, Math.max(0, 4 - depth));
    const routes: NestedRoute[] = [];
    while (routes.length < wide && made < size) routes.push(route(depth + 1));
    const list = Array.from({ length: random.whole(1, 2) }, () => matcher(random));
    const together = list.length > 1 && random.fraction() < 0.5 ? [random.pick([`{${list}}`, list.join(",")])] : list;
    return {
      receivers: [{ integration }],
      ...(depth > 0 ? { match: { matchers: together }, continue: random.fraction() < 0.4 } : {}),
      ...(routes.length > 0 ? { routes } : {}),
    };
  };
  return route(0);
}

function labelSet(random: Random, number: number): Labels {
  const stated = names.map((name) => [name, random.pick(values)]).filter(([, value]) => value !== "");
  return { ...Object.fromEntries(stated), number: String(number) };
}

const version = alertmanagerVersion();
const CASES = 500;

function comparison(seed: string) {
  const random = seeded(seed);
  const route = routeOf(tree(random, 120));
  const compiled = compileRoute(route);
  expect(compiled.mistakes).toEqual([]);
  const cases = Array.from({ length: CASES }, (_, number) => labelSet(random, number));
  const receiversOf = (labels: Labels) =>
    routeEvent(compiled.tree, eventOf(labels)).map(({ options }) => options.receivers[0]?.integration);
  return { route, cases, receiversOf };
}

if (version === undefined) {
  test("the comparison is skipped: prometheus-alertmanager is not installed", async ({ annotate }) => {
    await annotate("Skipped: apt-get install prometheus-alertmanager, and routing is compared with it.");
    expect(version).toBe(undefined);
  });
} else {
  describe("beside Alertmanager", () => {
    test.each(["1", "2", "3", "4", "5"])(
      "500 label sets go to the same receivers, in the same order (tree %s)",
      async (seed) => {
        const { route, cases, receiversOf } = comparison(seed);
        const alertmanager = await startAlertmanager(configurationOf(route));
        onTestFinished(() => alertmanager.stop());
        await alertmanager.post(cases.map((labels) => ({ labels })));
        const answered = await alertmanager.alerts();
        const theirs = answered.map(({ labels, receivers }) => [labels.number, ...receivers.map(({ name }) => name)]);
        const ours = cases.map((labels) => [labels.number, ...receiversOf(labels)]);
        expect(theirs.sort(byNumber)).toEqual(ours.sort(byNumber));
        expect(new Set(ours.map(([, ...receivers]) => receivers.join())).size).toBeGreaterThan(10);
      },
    );

    test("amtool says the same of some of them", async () => {
      const { route, cases, receiversOf } = comparison("1");
      const folder = mkdtempSync(join(tmpdir(), "plumbline-amtool-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const file = join(folder, "alertmanager.yml");
      writeFileSync(file, JSON.stringify(configurationOf(route)));
      const ask = async (labels: Labels) => {
        const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
        const flags = ["config", "routes", "test", `--config.file=${file}`];
        const { stdout } = await promisify(execFile)("amtool", [...flags, ...pairs]);
        return stdout.trim();
      };
      for (const labels of cases.slice(0, 20)) expect(await ask(labels)).toBe(receiversOf(labels).join(","));
    });
  });
}

test("the naive walk agrees on the same trees", () => {
  const { route, cases, receiversOf } = comparison("1");
  const integrationAt = (path: readonly number[]) => {
    let node: NestedRoute = route.spec;
    for (const position of path) node = node.routes?.[position] as NestedRoute;
    return node.receivers?.[0]?.integration;
  };
  for (const labels of cases.slice(0, 10)) {
    expect(naiveRoute(route.spec, eventOf(labels)).map(integrationAt)).toEqual(receiversOf(labels));
  }
});

function byNumber([a]: readonly (string | undefined)[], [b]: readonly (string | undefined)[]): number {
  return Number(a) - Number(b);
}
