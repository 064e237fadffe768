import { beforeEach, expect, test, vi } from "vitest";
import { linesAtOnce } from "../../../src/cli/controller/lines.ts";

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

function written() {
  const texts: string[] = [];
  return { texts, lines: linesAtOnce((text) => texts.push(text)) };
}

test("what comes after a pause is written in the same turn of the event loop, all of it at once", () => {
  const { texts, lines } = written();
  lines.write("a\n");
  lines.write("b\n");
  vi.advanceTimersByTime(0);
  expect(texts).toEqual(["a\nb\n"]);
  vi.advanceTimersByTime(1000);
  lines.write("c\n");
  vi.advanceTimersByTime(0);
  expect(texts).toEqual(["a\nb\n", "c\n"]);
});

test("what comes right after a write waits some milliseconds for more, and nothing is left behind", () => {
  const { texts, lines } = written();
  lines.write("a\n");
  vi.advanceTimersByTime(1);
  for (const line of ["b\n", "c\n"]) lines.write(line);
  vi.advanceTimersByTime(1);
  expect(texts).toEqual(["a\n"]);
  vi.advanceTimersByTime(10);
  expect(texts).toEqual(["a\n", "b\nc\n"]);
  lines.write("d\n");
  vi.advanceTimersByTime(10);
  expect(texts.join("")).toBe("a\nb\nc\nd\n");
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
});

test("what was not written yet is written at the end, and not twice", () => {
  const { texts, lines } = written();
  lines.write("a\n");
  lines.flush();
  lines.flush();
  vi.advanceTimersByTime(100);
  expect(texts).toEqual(["a\n"]);
});
