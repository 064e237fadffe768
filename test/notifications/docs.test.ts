/** Every route that the page on notifications shows is one that `validate` accepts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import { compileRoute } from "../../src/notifications/tree.ts";
import { routeOf } from "./fixture.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/notifications.md"), "utf8");
const shown = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text]) => text as string);
const check = await builtinPlatforms().kind("NotificationRoute");

test("the page shows more than four routes", () => {
  expect(shown.length).toBeGreaterThan(4);
});

test.each(shown)("this spec is valid: %s", (text) => {
  const route = routeOf(parse(text));
  expect(check(route), JSON.stringify(check.errors)).toBe(true);
  const { mistakes, warnings } = compileRoute(route);
  expect({ mistakes, warnings }).toEqual({ mistakes: [], warnings: [] });
});
