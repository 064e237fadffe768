/**
 * Alertmanager's time intervals (prometheus.io/docs/alerting/latest/configuration, `time_interval`): each part that is
 * stated must hold, and of a part any of its ranges. Days of the month count from the end when negative and are cut to
 * the month that it is; the end of a day's range is not part of it, that of all other ranges is.
 */
import type { NestedRoute } from "../api/notification-route.ts";
import { didYouMean } from "../manifests/nearest.ts";
import { type Calendar, calendarOf, type ZonedTime } from "./zoned-time.ts";

export type TimeInterval = NonNullable<NestedRoute["muteTimes"]>[number];

/** @param moment milliseconds since 1970. */
export type Contains = (moment: number) => boolean;

/** A mistake in a time interval, and which of its fields it is in. */
export interface TimeMistake {
  path: readonly (string | number)[];
  message: string;
}

export interface CompiledInterval {
  contains: Contains;
  mistakes: readonly TimeMistake[];
}

type Range = readonly [begin: number, end: number];
type Part = (time: ZonedTime) => boolean;

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/** @returns a test that holds for no time where there are mistakes. */
export function compileInterval(interval: TimeInterval): CompiledInterval {
  const reader = new Reader();
  const calendar = reader.calendar(interval.location);
  const parts = reader.parts(interval);
  if (calendar === undefined || reader.mistakes.length > 0) return { contains: () => false, mistakes: reader.mistakes };
  return { contains: perMinute((moment) => holds(parts, calendar, moment)), mistakes: [] };
}

/** Asking a calendar is slow, many groups ask at the same moment, and nothing changes within a minute. */
function perMinute(contains: Contains): Contains {
  let minute = Number.NaN;
  let answer = false;
  return (moment) => {
    const asked = Math.floor(moment / 60_000);
    if (asked !== minute) answer = contains(moment);
    minute = asked;
    return answer;
  };
}

function holds(parts: readonly Part[], calendar: Calendar, moment: number): boolean {
  const time = calendar(moment);
  return parts.every((part) => part(time));
}

class Reader {
  readonly mistakes: TimeMistake[] = [];

  calendar(location: string | undefined): Calendar | undefined {
    try {
      return calendarOf(location);
    } catch {
      this.mistake(["location"], `"${location}" is no IANA time zone such as Europe/Berlin.`);
      return undefined;
    }
  }

  parts({ weekdays: days, times, daysOfMonth, months: named, years }: TimeInterval): Part[] {
    const parts: Part[] = [];
    if (days) {
      const wanted = new Set(days.map((day) => weekdays.indexOf(day)));
      parts.push(({ weekday }) => wanted.has(weekday));
    }
    if (times)
      parts.push(
        within(
          times.map((time, index) => this.time(time, index)),
          ({ minute }) => minute,
        ),
      );
    if (daysOfMonth) {
      const ranges = daysOfMonth.map((text, index) => this.days(text, ["daysOfMonth", index]));
      parts.push((time) => ranges.some((range) => isDayWithin(time, range)));
    }
    if (named)
      parts.push(
        within(
          named.map((text, index) => this.months(text, ["months", index])),
          ({ month }) => month,
        ),
      );
    if (years)
      parts.push(
        within(
          years.map((text, index) => this.range(text, ["years", index])),
          ({ year }) => year,
        ),
      );
    return parts;
  }

  private time({ start, end }: { start: string; end: string }, index: number): Range {
    const [begin, stop] = [minutes(start), minutes(end)];
    if (begin >= stop) {
      this.mistake(
        ["times", index],
        `${start} is not before ${end}. A part of the day that goes past midnight is two: until 24:00, and from 00:00.`,
      );
    }
    return [begin, stop - 1];
  }

  private days(text: string, path: TimeMistake["path"]): Range {
    const [begin, end] = this.range(text, path, () => true);
    if ([begin, end].some((day) => day === 0 || Math.abs(day) > 31)) {
      this.mistake(path, `"${text}" is no day of a month: 1 to 31, or -1 to -31 from its end.`);
    } else if (begin < 0 && end > 0) {
      this.mistake(path, `"${text}" begins at the month's end and ends at its start; make it two.`);
    } else if (inShortest(begin) > inShortest(end)) {
      this.mistake(path, `"${text}" ends before it begins.`);
    }
    return [begin, end];
  }

  private months(text: string, path: TimeMistake["path"]): Range {
    const number = (name: string) => String(months.indexOf(name.trim().toLowerCase()) + 1 || name);
    const numbers = text.split(":").map(number);
    if (numbers.some((month) => !/^\s*(0?[1-9]|1[0-2])\s*$/.test(month))) {
      const near = text.split(":").map((name) => didYouMean(name.trim(), months));
      this.mistake(path, `"${text}" is no month: 1 to 12, an English name, or a range of them.${near.join("")}`);
      return [1, 1];
    }
    return this.range(numbers.join(":"), path);
  }

  private range(text: string, path: TimeMistake["path"], inOrder = ([begin, end]: Range) => begin <= end): Range {
    const found = /^\s*(-?\d{1,4})\s*(?::\s*(-?\d{1,4})\s*)?$/.exec(text);
    if (!found) {
      this.mistake(path, `"${text}" is neither a value nor a range such as 1:5.`);
      return [1, 1];
    }
    const begin = Number(found[1]);
    const range: Range = [begin, found[2] === undefined ? begin : Number(found[2])];
    if (!inOrder(range)) this.mistake(path, `"${text}" ends before it begins.`);
    return range;
  }

  private mistake(path: TimeMistake["path"], message: string): void {
    this.mistakes.push({ path, message });
  }
}

function minutes(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

/** Where a day lies in the shortest month: a range that is empty even there is a mistake, as in Alertmanager. */
function inShortest(day: number): number {
  return day < 0 ? 28 + day : day;
}

function within(ranges: readonly Range[], value: (time: ZonedTime) => number): Part {
  return (time) => ranges.some(([begin, end]) => value(time) >= begin && value(time) <= end);
}

function isDayWithin({ day, daysInMonth }: ZonedTime, [first, last]: Range): boolean {
  const dayOf = (number: number) => (number < 0 ? daysInMonth + number + 1 : number);
  return day >= dayOf(first) && day <= dayOf(last);
}
