/** The built package as another program sees it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** A folder with `plumbline` installed and one file in it. */
function project(file: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-package-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/plumbline"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, file), text);
  return folder;
}

const connector = `
import { ConnectorError, compileConnector, defineConnector, defineResource, Secret, Type } from "plumbline/connector-kit";

const Board = Type.Object({ name: Type.String(), archived: Type.Optional(Type.Boolean()) }, { additionalProperties: false });
const boards = defineResource({
  schema: Type.Partial(Board),
  key: (board) => board.name ?? "",
  async *list() {
    throw new ConnectorError("AUTH", "The token is wrong.");
  },
});
const own = defineConnector({
  platform: "boards",
  title: "Boards",
  connection: Type.Object({}),
  credentials: Type.Object({ token: Secret(), spare: Type.Optional(Secret()) }),
  open: () => ({ reader: {}, writer: {} }),
  check: async () => ({}),
  resources: { boards },
});`;

test("a connector is one class and TypeBox is whole, in both entries of the package", () => {
  const folder = project(
    "own.js",
    `${connector}
import * as plumbline from "plumbline";
const { kinds, schemas } = plumbline.compileConnector(own);
console.log(JSON.stringify({
  sameClass: plumbline.ConnectorError === ConnectorError,
  sameFunction: plumbline.compileConnector === compileConnector,
  kinds: [...kinds.keys()],
  required: schemas.credentials.required,
  fields: Object.keys(schemas.resources.boards.properties),
}));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, ["own.js"], { cwd: folder, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    sameClass: true,
    sameFunction: true,
    kinds: ["boards"],
    required: ["token"],
    fields: ["name", "archived", "lifecycle"],
  });
});

test("the package's types pass a right connector and refuse a wrong one", () => {
  const folder = project("right.ts", `${connector}\nexport default own;`);
  writeFileSync(
    join(folder, "wrong.ts"),
    `${connector.replace("board.name ??", "board.title ??")}\nexport default own;`,
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--target",
    "es2024",
    "--module",
    "nodenext",
    "--types",
    "",
  ];
  const run = [tsc, ...options, "--preserveSymlinks", "right.ts", "wrong.ts"];
  const { stdout } = spawnSync(process.execPath, run, { cwd: folder, encoding: "utf8" });
  expect(stdout).toMatch(/^wrong\.ts.*title/);
  expect(stdout).not.toContain("right.ts");
});
