/** The image cannot be built everywhere; what it is made of can be looked at. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseListen } from "../../src/cli/commands/controller.ts";
import { allCommands } from "../../src/cli/routes.ts";
import { MINIMUM_NODE } from "../../src/version.ts";

const root = join(import.meta.dirname, "../..");
const lines = readFileSync(join(root, "Dockerfile"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => /^([A-Z]+) (.*)$/.exec(line)?.slice(1) as [string, string]);
const all = (word: string) => lines.filter(([name]) => name === word).map(([, rest]) => rest);
const last = (word: string) => all(word).at(-1) ?? "";
const ignored = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");

test("what is copied into the build is there and not ignored, and what is copied out of it the build makes", () => {
  const sources = all("COPY").flatMap((rest) => (rest.startsWith("--from") ? [] : rest.split(" ").slice(0, -1)));
  expect(sources.filter((path) => !existsSync(join(root, path)) || ignored.includes(path))).toEqual([]);
  const out = all("COPY").flatMap((rest) => /^--from=build \/src\/(\S+)/.exec(rest)?.[1] ?? []);
  const made = ["dist", "node_modules"];
  expect(out.filter((path) => !sources.includes(path) && !made.includes(path))).toEqual([]);
  const bin = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).bin.plumbline;
  expect(JSON.parse(last("ENTRYPOINT"))).toEqual(["node", `/app/${bin}`]);
});

test("it runs as a user without rights, on a Node.js that the program takes, and holds no secret", () => {
  const [order, user] = [lines.map(([name]) => name), last("USER")];
  expect(user).toBe("node");
  expect(order.lastIndexOf("USER")).toBeGreaterThan(order.lastIndexOf("RUN"));
  expect(all("FROM").map((from) => /^node:(\d+)-/.exec(from)?.[1])).toEqual(["24", "24"]);
  expect(MINIMUM_NODE.split(".")[0]).toBe("24");
  expect([...all("ENV"), ...all("ARG")].filter((text) => /secret|token|password|key/i.test(text))).toEqual([]);
  expect(ignored).toEqual(expect.arrayContaining([".git", ".plumbline", "**/.env*"]));
});

test("its command, its port and its health check belong together", () => {
  const [name = "", ...rest] = JSON.parse(last("CMD")) as string[];
  const flags = Object.keys(allCommands.get(name)?.parameters.flags ?? {});
  const given = rest.filter((word) => word.startsWith("--")).map((word) => word.slice(2));
  expect(given.filter((flag) => !flags.includes(flag))).toEqual([]);
  const { host, port } = parseListen(rest.at(-1) ?? "");
  expect([host, String(port)]).toEqual(["0.0.0.0", last("EXPOSE")]);
  expect(last("HEALTHCHECK")).toContain(`http://127.0.0.1:${port}/healthz`);
  expect(all("RUN").join("\n")).toContain(`mkdir ${last("VOLUME")} ${rest[1]}`);
});

test.each(["8080", "host:", ":80", "host:70000", "[::1]", "a b"].map((text) => ({ text })))(
  "--listen $text is refused with the form that it should have",
  ({ text }) => {
    expect(() => parseListen(text)).toThrow(/is no HOST:PORT; write it as 127\.0\.0\.1:8080/);
  },
);

test("--listen takes names, addresses and those in brackets", () => {
  expect(["localhost:0", "127.0.0.1:8080", "[::1]:8080"].map(parseListen)).toEqual([
    { host: "localhost", port: 0 },
    { host: "127.0.0.1", port: 8080 },
    { host: "::1", port: 8080 },
  ]);
});
