/** One manifest that cannot be read, and what it held. Public report: github.com/kubernetes-sigs/external-dns/issues/4023 (2023). */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifest, type Place, place } from "../../cli/fixture.ts";

const of = (name: string): string =>
  manifest(
    `    rooms:\n      - name: ${name}\n        notes:\n          - { title: a, text: b }\n`,
    "  policy: { prune: true }\n",
  ).replace("name: acme }", `name: ${name} }`);
const good = of("second");

interface Applied extends Place {
  path: string;
}

/** Both applied, nothing asked or written since. */
async function applied(): Promise<Applied> {
  const here = place({ "a.yaml": of("first"), "b.yaml": good });
  expect((await here.run("apply --auto-approve")).code).toBe(0);
  here.fake.forget();
  return { ...here, path: join(here.folder, "b.yaml") };
}

async function heldBySecond({ run }: Place): Promise<number | undefined> {
  const { items } = JSON.parse((await run("get -o json")).stdout) as { items: { name: string; owns: number }[] };
  return items.find(({ name }) => name === "second")?.owns;
}

async function expectUntouched(here: Applied): Promise<void> {
  expect(here.fake.writes).toEqual([]);
  expect(here.fake.rooms.map(({ name }) => name)).toEqual(["first", "second"]);
  expect(await heldBySecond(here)).toBe(2);
}

describe("is an error, no system is asked, and nothing is forgotten:", () => {
  test.each<{ fault: string; text: string | Uint8Array; at: string }>([
    { fault: "a tab", text: good.replace("        notes:", "\tnotes:"), at: "b.yaml:10:1 " },
    { fault: "a misspelt field", text: good.replace("text: b", "txet: b"), at: "b.yaml:11:25 " },
    { fault: "a misspelt kind of thing", text: good.replace("rooms:", "roms:"), at: "b.yaml:8:5 " },
    { fault: "a bad metadata.name", text: good.replace("name: second }", "name: Second! }"), at: "b.yaml:3:19 " },
    { fault: "a misspelt kind", text: good.replace("Integration", "Integratoin"), at: "b.yaml:2:7 " },
    { fault: "a version of later", text: good.replace("v1alpha1", "v1beta1"), at: "b.yaml:1:13 " },
    { fault: "a misspelt platform", text: good.replace("platform: fake", "platform: fkae"), at: "b.yaml:5:13 " },
    { fault: "null for the resources", text: good.slice(0, good.indexOf("    rooms")), at: "b.yaml:7:3 " },
    { fault: "null for a list", text: good.slice(0, good.indexOf("      - name")), at: "b.yaml:8:5 " },
    {
      fault: "a conflict of a merge",
      text: good.replace("    rooms:", "<<<<<<< HEAD\n    rooms:\n=======\n    teams:\n>>>>>>> other"),
      at: "b.yaml:8:1 ",
    },
    { fault: "a text that was cut off", text: good.slice(0, good.indexOf(", text")), at: "b.yaml:11:" },
    { fault: "UTF-16", text: Buffer.from(`\uFEFF${good}`, "utf16le"), at: "b.yaml:1:1 " },
    {
      fault: "a byte that is no UTF-8",
      text: Buffer.concat([Buffer.from(good), Uint8Array.of(0xff)]),
      at: "b.yaml:12:1 ",
    },
  ])("$fault", async ({ text, at }) => {
    const here = await applied();
    writeFileSync(here.path, text);
    const { code, stdout, stderr } = await here.run("apply --auto-approve");
    expect(stderr).toContain(at);
    expect(stderr).toContain("1 problem in 1 file.");
    expect({ code, stdout, reads: here.fake.reads }).toEqual({ code: 1, stdout: "", reads: [] });
    await expectUntouched(here);
  });

  test.each([
    { fault: "a link that leads nowhere", target: "nowhere" },
    { fault: "a link to itself", target: "b.yaml" },
    { fault: "a link below a file", target: "a.yaml/x" },
  ])("$fault", async ({ target }) => {
    const here = await applied();
    rmSync(here.path);
    symlinkSync(target, here.path);
    const { code, stderr } = await here.run("apply --auto-approve");
    expect(stderr).toMatch(/^b\.yaml +error +The file cannot be read: /);
    expect(stderr).toContain("1 problem in 1 file.");
    expect({ code, reads: here.fake.reads }).toEqual({ code: 1, reads: [] });
    await expectUntouched(here);
  });
});

describe("is no error, and what it held stays and is still known:", () => {
  test.each<{ fault: string; change(path: string): void }>([
    { fault: "an empty file", change: (path) => writeFileSync(path, "") },
    { fault: "a file that is all comment", change: (path) => writeFileSync(path, good.replaceAll(/^/gm, "# ")) },
    {
      fault: "somebody else's document",
      change: (path) => writeFileSync(path, good.replace("plumbline.dev/v1alpha1", "example.com/v1")),
    },
    { fault: "a file by another name", change: (path) => renameSync(path, path.replace(/yaml$/, "txt")) },
    { fault: "no file any more", change: (path) => rmSync(path) },
    {
      fault: "a folder in its place",
      change(path) {
        rmSync(path);
        mkdirSync(path);
      },
    },
  ])("$fault", async ({ change }) => {
    const here = await applied();
    change(here.path);
    expect((await here.run("apply --auto-approve")).code).toBe(0);
    await expectUntouched(here);
    expect((await here.run("get")).stdout).toContain("undeclared, owns 2: plumbline forget second");
  });

  test("all manifests gone is an error of its own", async () => {
    const here = await applied();
    rmSync(here.path);
    rmSync(join(here.folder, "a.yaml"));
    const { code, stderr } = await here.run("apply --auto-approve");
    expect(stderr).toContain('The folder "." holds no *.yaml');
    expect({ code, reads: here.fake.reads }).toEqual({ code: 1, reads: [] });
    await expectUntouched(here);
  });
});
