/** Notifications and silences as data: moments as RFC 3339. */
import type { Notice, StoredSilence } from "../store/notice-types.ts";
import { moment, optionalMoment } from "./moments.ts";

export function noticeData({ at, until, told, ...notice }: Notice) {
  return {
    ...notice,
    at: moment(at),
    ...optionalMoment("until", until),
    ...(told ? { told: { ...told, at: moment(told.at) } } : {}),
  };
}

/** @param now milliseconds since 1970. */
export function silenceData({ startsAt, endsAt, createdAt, ...silence }: StoredSilence, now: number) {
  const state = endsAt <= now ? "expired" : startsAt > now ? "pending" : "active";
  return { ...silence, state, startsAt: moment(startsAt), endsAt: moment(endsAt), createdAt: moment(createdAt) };
}
