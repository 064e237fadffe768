/** Links between the pages lead somewhere: to a file that exists, and to a heading that it has. */
import { existsSync, readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const pages = await Array.fromAsync(glob(["*.md", "docs/**/*.md"], { cwd: root }));

/** Prose without code: what stands in code is no link and no heading. */
function proseOf(path: string): string {
  return readFileSync(path, "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
}

/** The anchors of a page's headings, as GitHub makes them: lower case, blanks to `-`, punctuation left out. */
function anchorsOf(path: string): string[] {
  return [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The page's relative links. */
function linksOf(path: string): string[] {
  return [...proseOf(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** @returns what is wrong with a link that stands on a page; undefined when it leads somewhere. */
function fault(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(target)) return `${relative(root, page)}: ${link} is no file`;
  if (anchor === undefined || anchorsOf(target).includes(anchor)) return undefined;
  return `${relative(root, page)}: ${link} is no heading`;
}

/** Files of the repository that pages name in code, such as `src/cli/exit.ts`. */
function filesNamedIn(path: string): string[] {
  const code = [...proseOf(path).matchAll(/`([^`\s]+)`/g)].map(([, text = ""]) => text);
  return code.filter((text) => /^(src|test|scripts|bench|docs)\/[\w./-]+$/.test(text));
}

test("the pages have links, to files and to headings", () => {
  const links = pages.flatMap((page) => linksOf(join(root, page)));
  expect(links).toContain("docs/operations.md");
  expect(links.some((link) => link.includes("#"))).toBe(true);
});

describe.each(pages)("%s", (page) => {
  const path = join(root, page);

  test("links to what exists", () => {
    expect(linksOf(path).map((link) => fault(path, link))).toEqual(linksOf(path).map(() => undefined));
  });

  test("names files that exist", () => {
    const named = page.startsWith("docs/decisions/") ? [] : filesNamedIn(path);
    // The contributing page makes up a connector to show how one is written.
    const missing = named.filter((file) => !file.includes("/boards") && !existsSync(join(root, file)));
    expect(missing).toEqual([]);
  });
});

test("a link to a file or a heading that is not there is found", () => {
  const page = join(root, "docs/requirements.md");
  expect(fault(page, "nowhere.md")).toBe("docs/requirements.md: nowhere.md is no file");
  expect(fault(page, "operations.md#nowhere")).toBe("docs/requirements.md: operations.md#nowhere is no heading");
  expect(fault(page, "operations.md#troubleshooting")).toBeUndefined();
});
