/** What a sample consists of. */

/** An event without what the inbox adds. */
export interface SampleEvent {
  type: string;
  source: string;
  subject: string;
  /** RFC 3339. */
  time: string;
  data: Readonly<Record<string, unknown>>;
}

/** When all samples happened. */
export const SAMPLE_TIME = "2026-03-02T10:15:00+01:00";
