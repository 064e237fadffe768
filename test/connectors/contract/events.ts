/** What the suite asks of a connector's events: who is let in, and that the same request always tells the same. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  authenticateOf,
  type Events,
  type InboundRequest,
  type Verification,
  verify,
} from "../../../src/connector-kit/index.ts";
import type { EventCase, Subject } from "./subject.ts";

/** Tests of what a connector takes in. */
export function describeEvents({ connector, events: cases = [] }: Subject): void {
  const { events } = connector;

  test("the suite has a request where the connector takes events in", () => {
    expect(cases.length > 0).toBe(events !== undefined);
  });
  if (!events) return;

  test("the events have names as rules write them, each once, and what each is about belongs to one", () => {
    expect(events.names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
    expect(events.names).toEqual([...new Set(events.names)]);
    expect(Object.keys(events.main).filter((name) => !events.names.includes(name))).toEqual([]);
  });

  describe.each(cases)("$name", (given) => describeCase(events, given));
}

function describeCase(events: Events, { request, credentials, connection = {}, now, events: told }: EventCase): void {
  const authenticate = authenticateOf(events, connection);
  const check = (changed: Partial<InboundRequest> = {}, at = now, secrets = credentials) =>
    verify(authenticate, { ...request, ...changed }, secrets, at);

  if ("header" in authenticate) describeSigned(check, request.body, authenticate.timestamp?.toleranceSeconds, now);

  test("is let in", () => {
    expect(check()).toEqual({ ok: true });
  });

  test("is refused without what proves it, with another secret and with none", () => {
    const { credential } = authenticate;
    expect(check({ headers: {}, query: {} })).toMatchObject({ ok: false });
    expect(check({}, now, { ...credentials, [credential]: otherThan(credentials[credential]) }).ok).toBe(false);
    expect(check({}, now, {}).ok).toBe(false);
    expect(check({}, now, { [credential]: "" }).ok).toBe(false);
  });

  test("names no secret when it is refused", () => {
    const said = JSON.stringify([check({ headers: {} }), check({ body: nul }), check({}, 0)]);
    for (const secret of Object.values(credentials)) expect(said).not.toContain(secret);
  });

  test("tells what it tells, each time the same, and no secret", () => {
    let made = 0;
    const newId = () => `made-${++made}`;
    const parsed = () => events.parse(request, { connection, newId });
    const first = parsed();
    expect(first).toMatchObject(told);
    expect(first).toHaveLength(told.length);
    if (made === 0) expect(parsed()).toEqual(first);
    for (const secret of Object.values(credentials)) expect(JSON.stringify(first)).not.toContain(secret);
    for (const { name, data, text } of first) {
      expect(events.names).toContain(name);
      if (text !== undefined) expect(JSON.parse(text)).toEqual(data);
    }
  });
}

type Check = (changed?: Partial<InboundRequest>, at?: number) => Verification;

/** @param tolerance seconds; undefined where no time is signed. */
function describeSigned(check: Check, original: Uint8Array, tolerance: number | undefined, now: number): void {
  test("is refused with any byte of it altered", () => {
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }), (index, difference) => {
        const body = Uint8Array.from(original);
        body[index] = (body[index] ?? 0) ^ difference;
        expect(check({ body })).toMatchObject({ ok: false });
      }),
    );
    for (const body of [original.subarray(1), original.subarray(0, -1), Buffer.concat([original, nul])]) {
      expect(check({ body })).toMatchObject({ ok: false });
    }
  });

  if (tolerance === undefined) return;
  test("is let in as long as the platform says and no longer, in either direction", () => {
    const most = tolerance * 1000;
    expect([now - most, now + most].map((at) => check({}, at).ok)).toEqual([true, true]);
    const late = [now - most - 1000, now + most + 1000].map((at) => check({}, at));
    expect(late).toMatchObject([{ ok: false }, { ok: false }]);
    expect(JSON.stringify(late)).toMatch(/ s ahead of .* s behind /);
  });
}

const nul = Uint8Array.of(0);

/** A secret of the same form. */
function otherThan(secret = ""): string {
  const end = secret.slice(-4) === "AAAA" ? "BBBB" : "AAAA";
  return secret.slice(0, -4) + end;
}
