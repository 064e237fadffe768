/** What event handling says to operators: pino's form, a line with fields. */

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface EventLog {
  /** What happens to each event: a line each would cost more than some of what it tells of. */
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/** For embedding without a log. */
export const silentLog: EventLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What an error says, for a line of the log or an attempt's record. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
