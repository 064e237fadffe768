/** What clocks and calendars in a place say at a moment; daylight saving time included. */

export interface ZonedTime {
  year: number;
  /** 1 to 12. */
  month: number;
  /** 1 to 31. */
  day: number;
  daysInMonth: number;
  /** 0 is Sunday. */
  weekday: number;
  /** Minutes since midnight by the clock on the wall, 0 to 1439. */
  minute: number;
}

/** @param moment milliseconds since 1970. */
export type Calendar = (moment: number) => ZonedTime;

/** @param location an IANA time zone. @throws RangeError for an unknown one. */
export function calendarOf(location = "UTC"): Calendar {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: location,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (moment) => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const part = (type: string) => parts.get(type as Intl.DateTimeFormatPartTypes) as number;
    const [year, month, day] = [part("year"), part("month"), part("day")];
    return {
      year,
      month,
      day,
      daysInMonth: new Date(Date.UTC(year, month, 0)).getUTCDate(),
      weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay(),
      minute: part("hour") * 60 + part("minute"),
    };
  };
}
