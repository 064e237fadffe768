/** `docs/writing-a-connector.md`: its files are those of the example, and its commands answer as it says. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folderOf, program } from "../support/cli.ts";
import { type Library, startLibrary } from "../support/library.ts";

const docs = join(import.meta.dirname, "../../docs");
const page = readFileSync(join(docs, "writing-a-connector.md"), "utf8");

function exampleFiles(): Record<string, string> {
  const folder = join(docs, "examples/library-cards");
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, "utf8")]));
}

/** The blocks of the page that name a file after their language. */
function shownFiles(): Record<string, string> {
  const blocks = page.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm);
  return Object.fromEntries([...blocks].map(([, path, text]) => [path, text]));
}

interface Step {
  args: string[];
  /** What the page shows on stdout. */
  stdout: string;
}

/** The commands of the page's console blocks, in their order. */
function steps(): Step[] {
  const blocks = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
  const parts = blocks
    .join("")
    .split(/^\$ plumbline /m)
    .slice(1);
  return parts.map((part) => {
    const [line = "", ...output] = part.split("\n");
    return { args: line.split(" "), stdout: output.join("\n") };
  });
}

async function place() {
  const library = await startLibrary();
  onTestFinished(() => library.close());
  const cwd = folderOf(exampleFiles());
  const env = { LIBRARY_URL: library.url, LIBRARY_TOKEN: library.token };
  return { library, cwd, run: (args: readonly string[]) => program(args, { cwd, env }) };
}

function closeByHand({ shelves }: Library, name: string): void {
  const shelf = shelves.values().find((one) => one.name === name);
  if (!shelf) throw new Error(`There is no shelf ${name}.`);
  shelves.set(shelf.id, { ...shelf, open: false });
}

test("the page shows every file of the example as it is, and no other", () => {
  expect(Object.keys(shownFiles()).length).toBeGreaterThan(5);
  expect(shownFiles()).toEqual(exampleFiles());
});

test("each command of the page answers what the page shows", async () => {
  const { library, run } = await place();
  const commands = steps().map(({ args }) => args[0]);
  expect(commands).toEqual(["validate", "plan", "apply", "plan", "drift", "execute", "import"]);
  for (const { args, stdout } of steps()) {
    if (args[0] === "drift") closeByHand(library, "local-history");
    expect(await run(args), args.join(" ")).toMatchObject({ code: 0, stdout });
  }
  expect([...library.loans.values()]).toEqual([expect.objectContaining({ book: "9780131103627", days: 14 })]);
});

test("the example makes, mends and removes shelves, and leaves alone what it did not make", async () => {
  const { library, cwd, run } = await place();
  library.shelves.set("old", { id: "old", name: "atlases", room: "Hall", open: true });
  const held = () =>
    library.shelves
      .values()
      .map(({ name, room, open }) => `${name}, ${room}, ${open}`)
      .toArray();
  expect(await run(["apply", "--auto-approve"])).toMatchObject({ code: 0 });
  const declared = ["atlases, Hall, true", "local-history, Reading room, true", "comics, Cellar, false"];
  expect(held()).toEqual(declared);
  closeByHand(library, "local-history");
  expect(await run(["drift", "--detailed-exitcode"])).toMatchObject({ code: 2 });
  expect(await run(["apply", "--auto-approve"])).toMatchObject({ code: 0 });
  expect(held()).toEqual(declared);
  expect(await run(["plan", "--detailed-exitcode"])).toMatchObject({ code: 0 });
  const manifest = join(cwd, "manifests/town.yaml");
  const text = readFileSync(manifest, "utf8").replace(/^.*comics.*\n/m, "");
  writeFileSync(manifest, text.replace("  resources:", "  policy: { prune: true }\n  resources:"));
  expect(await run(["apply", "--auto-approve"])).toMatchObject({ code: 0 });
  expect(held()).toEqual(declared.slice(0, 2));
  const writes = library.requests
    .filter(({ method }) => method !== "GET")
    .map(({ method, path }) => `${method} ${path}`);
  expect(writes).toEqual(["POST /shelves", "POST /shelves", "PATCH /shelves/shelf-1", "DELETE /shelves/shelf-2"]);
});
