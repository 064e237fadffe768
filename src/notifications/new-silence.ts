/** Makes a silence of what people ask for, on the command line or over HTTP. Pure. */
import { parseDuration } from "../connector-kit/http/duration.ts";
import type { StoredSilence } from "../store/notice-types.ts";
import { silenceMistakes } from "./silences.ts";

/** As it is asked for; times are RFC 3339. */
export interface SilenceRequest {
  namespace: string;
  matchers: readonly string[];
  startsAt?: string | undefined;
  endsAt?: string | undefined;
  /** Such as `2h`, instead of `endsAt`. */
  duration?: string | undefined;
  comment?: string | undefined;
}

/** What is wrong with a request, for people. */
export class SilenceError extends Error {
  override readonly name = "SilenceError";
}

/** @param id unforeseeable. @throws SilenceError */
export function newSilence(request: SilenceRequest, by: { id: string; now: number; createdBy: string }): StoredSilence {
  const { namespace, matchers, comment } = request;
  const startsAt = request.startsAt === undefined ? by.now : momentOf("start", request.startsAt);
  const endsAt = endOf(request, startsAt);
  const [first] = silenceMistakes({ matchers, startsAt, endsAt });
  if (first) throw new SilenceError(first.message);
  if (endsAt <= by.now) throw new SilenceError("It would be over already.");
  return {
    ...{ id: by.id, namespace, matchers, startsAt, endsAt, createdAt: by.now, createdBy: by.createdBy },
    ...(comment === undefined ? {} : { comment }),
  };
}

function endOf({ endsAt, duration }: SilenceRequest, startsAt: number): number {
  if (endsAt !== undefined && duration === undefined) return momentOf("end", endsAt);
  if (duration === undefined || endsAt !== undefined) {
    throw new SilenceError("Say how long it lasts, or when it ends; one of the two.");
  }
  try {
    return startsAt + parseDuration(duration);
  } catch (cause) {
    throw new SilenceError((cause as Error).message, { cause });
  }
}

function momentOf(what: string, text: string): number {
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(moment)) throw new SilenceError(`The ${what} is no time such as 2026-11-25T12:00:00Z.`);
  return moment;
}
