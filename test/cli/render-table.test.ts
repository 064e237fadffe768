import { expect, test } from "vitest";
import { painter } from "../../src/cli/paint.ts";
import { renderTable } from "../../src/cli/render-table.ts";

const columns = [
  { title: "NAME", of: (row: readonly string[]) => row[0] as string },
  { title: "MESSAGE", of: (row: readonly string[]) => row[1] as string },
];
const render = (rows: readonly (readonly string[])[], width: number): string =>
  renderTable(rows, columns, { width, paint: painter(false) });

test("columns are as wide as what they hold", () => {
  expect(
    render(
      [
        ["a", "fine"],
        ["longer", "x"],
      ],
      80,
    ),
  ).toBe("NAME    MESSAGE\na       fine\nlonger  x\n");
});

test("the widest column gives way where the window is too narrow", () => {
  expect(render([["acme", "a message that is too long"]], 20)).toBe("NAME  MESSAGE\nacme  a message tha…\n");
});

test("the last column goes on in the next line where nothing may be lost", () => {
  const table = renderTable(
    [
      ["acme", "a message that is too long"],
      ["b", "x"],
    ],
    columns,
    {
      width: 20,
      paint: painter(false),
      wrapLast: true,
    },
  );
  expect(table).toBe("NAME  MESSAGE\nacme  a message that\n      is too long\nb     x\n");
});

test("what does not fit a narrow last column stands under its row, over the whole width", () => {
  const table = renderTable(
    [
      ["acme", "a message that is too long"],
      ["b", "x"],
    ],
    columns,
    { width: 26, paint: painter(false), wrapLast: true, lastBelow: true },
  );
  expect(table).toBe("NAME  MESSAGE\nacme\n    a message that is too\n    long\nb     x\n");
});

test("a word that is wider than the last column is broken, and nothing of it is lost", () => {
  const table = renderTable([["a", "https://example.com/x"]], columns, {
    width: 16,
    paint: painter(false),
    wrapLast: true,
  });
  expect(table).toBe("NAME  MESSAGE\na     https://ex\n      ample.com/\n      x\n");
});

test("wide letters take two columns", () => {
  expect(
    render(
      [
        ["日本", "x"],
        ["abcd", "y"],
      ],
      80,
    ),
  ).toBe("NAME  MESSAGE\n日本  x\nabcd  y\n");
});

test("a cell cannot break out of its line", () => {
  expect(render([["a\nb", "\u001b[1m"]], 80)).toBe("NAME  MESSAGE\na\\nb  \\u001b[1m\n");
});

test("what is there to be copied is whole, however narrow the window is", () => {
  const columns = [
    { title: "ID", of: () => "31358108-135d-4cd0-961f-9c409fcc2afc", copied: true },
    { title: "TIME", of: () => "2026-11-25T12:00:00Z", whole: true },
    { title: "BY", of: () => "cli:somebody@host" },
  ];
  const at = (width: number) => renderTable([{}], columns, { width, paint: painter(false) }).split("\n")[1];
  expect(at(70)).toBe("31358108-135d-4cd0-961f-9c409fcc2afc  2026-11-25T12:00:00Z  cli:someb…");
  expect(at(20)).toBe("31358108-135d-4cd0-961f-9c409fcc2afc  2026-11…  cli:som…");
});

test("no rows give no table", () => {
  expect(render([], 80)).toBe("");
});

test("what should stay whole is shortened last, whichever column is the widest", () => {
  const columns = [
    { title: "TIME", of: () => "2026-11-25T12:00:00", whole: true },
    { title: "TYPE", of: () => "github.issues" },
  ];
  const at = (width: number) => renderTable([{}], columns, { width, paint: painter(false) }).split("\n")[1];
  expect(at(31)).toBe("2026-11-25T12:00:00  github.is…");
  expect(at(25)).toBe("2026-11-25T12:…  github.…");
});
