import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileInterval, type TimeInterval } from "../../src/notifications/time-intervals.ts";

const contains = (interval: TimeInterval, moment: string) => {
  const { contains, mistakes } = compileInterval(interval);
  expect(mistakes).toEqual([]);
  return contains(Date.parse(moment));
};

describe("a time interval", () => {
  test.each<[TimeInterval, string, boolean]>([
    [{}, "2026-11-26T00:00:00Z", true],
    [{ weekdays: ["thursday"] }, "2026-11-26T12:00:00Z", true],
    [{ weekdays: ["saturday", "sunday"] }, "2026-11-26T12:00:00Z", false],
    [{ times: [{ start: "09:00", end: "17:00" }] }, "2026-11-26T09:00:00Z", true],
    [{ times: [{ start: "09:00", end: "17:00" }] }, "2026-11-26T16:59:59.999Z", true],
    [{ times: [{ start: "09:00", end: "17:00" }] }, "2026-11-26T17:00:00Z", false],
    [{ times: [{ start: "22:00", end: "24:00" }] }, "2026-11-26T23:59:59Z", true],
    [{ daysOfMonth: ["1:5"] }, "2026-11-05T00:00:00Z", true],
    [{ daysOfMonth: ["1:5"] }, "2026-11-06T00:00:00Z", false],
    [{ daysOfMonth: ["-1"] }, "2028-02-29T00:00:00Z", true],
    [{ daysOfMonth: ["-1"] }, "2028-02-28T00:00:00Z", false],
    [{ daysOfMonth: ["-3:-1"] }, "2026-11-28T00:00:00Z", true],
    [{ daysOfMonth: ["-31:-1"] }, "2026-02-01T00:00:00Z", true],
    [{ daysOfMonth: ["30:31"] }, "2026-02-28T00:00:00Z", false],
    [{ daysOfMonth: ["20:-3"] }, "2026-11-28T00:00:00Z", true],
    [{ daysOfMonth: ["20:-3"] }, "2026-11-29T00:00:00Z", false],
    [{ months: ["october:december"] }, "2026-11-26T00:00:00Z", true],
    [{ months: ["1:3", "12"] }, "2026-12-26T00:00:00Z", true],
    [{ months: ["january"] }, "2026-11-26T00:00:00Z", false],
    [{ years: ["2026:2027"] }, "2027-12-31T23:59:59Z", true],
    [{ years: ["2025"] }, "2026-01-01T00:00:00Z", false],
    [{ weekdays: ["thursday"], times: [{ start: "00:00", end: "01:00" }] }, "2026-11-26T01:00:00Z", false],
  ])("%j at %s: %s", (interval, moment, expected) => {
    expect(contains(interval, moment)).toBe(expected);
  });

  test.each([
    // Berlin's clocks go from 02:00 to 03:00 on 29 March 2026 and from 03:00 back to 02:00 on 25 October.
    ["2026-03-29T00:59:00Z", 119],
    ["2026-03-29T01:00:00Z", 180],
    ["2026-10-25T00:30:00Z", 150],
    ["2026-10-25T01:30:00Z", 150],
  ])("goes by the clock on the wall in its place: %s", (moment, minute) => {
    const text = (value: number) =>
      `${String(Math.floor(value / 60)).padStart(2, "0")}:${String(value % 60).padStart(2, "0")}`;
    const at = { times: [{ start: text(minute), end: text(minute + 1) }], location: "Europe/Berlin" };
    expect(contains(at, moment)).toBe(true);
  });

  test("takes the weekday of its place", () => {
    expect(contains({ weekdays: ["friday"], location: "Pacific/Auckland" }, "2026-11-26T12:00:00Z")).toBe(true);
  });

  test.each<[TimeInterval, (string | number)[], string]>([
    [{ times: [{ start: "22:00", end: "06:00" }] }, ["times", 0], "past midnight is two"],
    [{ daysOfMonth: ["1:5", "0"] }, ["daysOfMonth", 1], "no day of a month"],
    [{ daysOfMonth: ["32"] }, ["daysOfMonth", 0], "no day of a month"],
    [{ daysOfMonth: ["-1:5"] }, ["daysOfMonth", 0], "make it two"],
    [{ daysOfMonth: ["5:1"] }, ["daysOfMonth", 0], "ends before it begins"],
    [{ daysOfMonth: ["-1:-5"] }, ["daysOfMonth", 0], "ends before it begins"],
    [{ months: ["smarch"] }, ["months", 0], `English name, or a range of them. Did you mean "march"?`],
    [{ months: ["13"] }, ["months", 0], "no month"],
    [{ months: ["may:march"] }, ["months", 0], "ends before it begins"],
    [{ years: ["2027:2026"] }, ["years", 0], "ends before it begins"],
    [{ years: ["soon"] }, ["years", 0], "neither a value nor a range"],
    [{ location: "Europe/Atlantis" }, ["location"], "no IANA time zone"],
  ])("%j is a mistake at %j", (interval, path, message) => {
    const { mistakes, contains } = compileInterval(interval);
    expect(mistakes).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(contains(0)).toBe(false);
  });
});

test("a day is in a range exactly if it is in the list of the range's days in that month", () => {
  const day = fc.integer({ min: 1, max: 31 });
  const ends = fc.tuple(day, day, fc.boolean(), fc.boolean());
  const moments = fc.date({ min: new Date("2020-01-01"), max: new Date("2032-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(ends, moments, ([a, b, fromEnd, toEnd], moment) => {
      const [begin, end] = [fromEnd ? -a : a, toEnd ? -b : b];
      const { contains, mistakes } = compileInterval({ daysOfMonth: [`${begin}:${end}`] });
      fc.pre(mistakes.length === 0);
      const length = new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + 1, 0)).getUTCDate();
      const days = Array.from({ length }, (_, index) => index + 1);
      const from = begin < 0 ? length + begin + 1 : begin;
      const to = end < 0 ? length + end + 1 : end;
      const wanted = days.filter((one) => one >= from && one <= to).includes(moment.getUTCDate());
      expect(contains(moment.getTime())).toBe(wanted);
    }),
  );
});
