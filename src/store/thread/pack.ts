/**
 * Changes and their answers as they cross over between threads: lists instead of objects.
 *
 * The names of an object's properties would be written and read anew with each of them; for an event that is a third
 * of what crossing over costs.
 */
import type {
  Accepted,
  Attempt,
  AttemptEnd,
  Change,
  Deduplication,
  Following,
  Hold,
  NewDelivery,
  NewEvent,
} from "../event-types.ts";

type Maybe<T> = T | undefined;

type PackedHold = readonly [now: number, worker: string, until: number];
type PackedDelivery = readonly [
  ...[id: string, kind: NewDelivery["kind"], namespace: string, target: string, orderingKey: string],
  ...[notBefore: number, input: string, trace: string, concurrency: Maybe<number>],
];
type PackedFollowing = readonly [
  ...[state: Following["state"], note: Maybe<string>, deliveries: readonly PackedDelivery[]],
  deduplicate: Maybe<readonly (Deduplication & { delivery: string })[]>,
];
type PackedIntake = readonly [
  ...[namespace: string, integration: Maybe<string>, platform: Maybe<string>, source: string, id: string],
  ...[type: string, subject: Maybe<string>, receivedAt: number, trace: string, hops: number],
  ...[attributes: string, data: string, signedHash: Maybe<string>],
  ...[following: Maybe<PackedFollowing>, hold: Maybe<PackedHold>],
];
type PackedEnd = readonly [
  ...[id: string, worker: string, state: AttemptEnd["state"], notBefore: Maybe<number>, progress: Maybe<string>],
  ...[at: number, took: number, outcome: Attempt["outcome"]],
  ...[step: Maybe<string>, code: Maybe<string>, message: Maybe<string>],
];
export type PackedChange = readonly [isEnd: false, ...PackedIntake] | readonly [isEnd: true, ...PackedEnd];

/** The seq, what became of it, and the deliveries that the worker has; undefined where nothing is written but the event. */
export type PackedAnswer = readonly [seq: number, outcome: Accepted["outcome"], given: Maybe<readonly string[]>];

export function packChange(change: Change): PackedChange {
  if ("end" in change) {
    const { id, worker, state, notBefore, progress, attempt } = change.end;
    const { at, took, outcome, step, code, message } = attempt;
    return [true, id, worker, state, notBefore, progress, at, took, outcome, step, code, message];
  }
  const { event, following, hold } = change.intake;
  const { namespace, integration, platform, source, id, type, subject, receivedAt, trace, hops } = event;
  return [
    false,
    namespace,
    integration,
    platform,
    source,
    id,
    type,
    subject,
    receivedAt,
    trace,
    hops,
    event.attributes,
    event.data,
    event.signedHash,
    following && packFollowing(following),
    hold && packHold(hold),
  ];
}

const packHold = ({ now, worker, until }: Hold): PackedHold => [now, worker, until];

function packFollowing({ state, note, deliveries, deduplicate }: Following): PackedFollowing {
  return [state, note, deliveries.map(packDelivery), deduplicate];
}

function packDelivery(delivery: NewDelivery): PackedDelivery {
  const { id, kind, namespace, target, orderingKey, notBefore, input, trace, concurrency } = delivery;
  return [id, kind, namespace, target, orderingKey, notBefore, input, trace, concurrency];
}

/** The counterpart of {@link packChange}. */
export function unpackChange(packed: PackedChange): Change {
  if (packed[0]) {
    const [, id, worker, state, notBefore, progress, at, took, outcome, step, code, message] = packed;
    const attempt = { at, took, outcome, step, code, message } as Attempt;
    return { end: { id, worker, state, notBefore, progress, attempt } as AttemptEnd };
  }
  const [, namespace, integration, platform, source, id, type, subject, receivedAt, trace, hops, ...rest] = packed;
  const [attributes, data, signedHash, following, hold] = rest;
  const event = {
    namespace,
    integration,
    platform,
    source,
    id,
    type,
    subject,
    receivedAt,
    trace,
    hops,
    attributes,
    data,
    signedHash,
  } as NewEvent;
  return { intake: { event, following: following && unpackFollowing(following), hold: hold && unpackHold(hold) } };
}

function unpackFollowing([state, note, deliveries, deduplicate]: PackedFollowing): Following {
  return { state, note, deliveries: deliveries.map(unpackDelivery), deduplicate } as Following;
}

function unpackDelivery(packed: PackedDelivery): NewDelivery {
  const [id, kind, namespace, target, orderingKey, notBefore, input, trace, concurrency] = packed;
  return { id, kind, namespace, target, orderingKey, notBefore, input, trace, concurrency } as NewDelivery;
}

const unpackHold = ([now, worker, until]: PackedHold): Hold => ({ now, worker, until });

export function packAnswer(answer: Maybe<Accepted>): Maybe<PackedAnswer> {
  return answer && [answer.seq, answer.outcome, answer.followed?.given];
}

/** The counterpart of {@link packAnswer}. */
export function unpackAnswer(packed: Maybe<PackedAnswer>): Maybe<Accepted> {
  if (packed === undefined) return undefined;
  const [seq, outcome, given] = packed;
  return { outcome, seq, ...(given ? { followed: { given } } : {}) };
}
