/** A place that a request had is free again however it ended. */
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { type LimitedRequest, Limiter } from "../../../src/connector-kit/http/limiter.ts";
import { Slots } from "../../../src/connector-kit/http/slots.ts";
import { VirtualClock } from "../../support/clock.ts";

const ceiling = { bucket: undefined, slots: new Slots(1) };

function request(more: Partial<LimitedRequest> = {}): LimitedRequest {
  const summary = { method: "POST", path: "/" };
  return {
    summary,
    limit: undefined,
    lane: "background",
    maxWait: 0,
    signal: undefined,
    ceiling,
    ...more,
  } as LimitedRequest;
}

test("of a request that fails, is aborted, or is aborted while it waits, the place is free again", async () => {
  const limiter = new Limiter({
    clock: new VirtualClock({ auto: false }),
    limits: [],
    published: true,
    concurrency: 1,
  });
  await expect(limiter.run(request(), () => Promise.reject(new Error("down")))).rejects.toThrow("down");
  const aborted = AbortSignal.abort(new Error("stopped"));
  await expect(limiter.run(request({ signal: aborted }), async () => 1)).rejects.toThrow("stopped");
  let end: () => void = () => undefined;
  const long = limiter.run(request(), () => new Promise<void>((resolve) => (end = resolve)));
  const control = new AbortController();
  const waiting = limiter.run(request({ signal: control.signal }), async () => 2);
  await turn();
  control.abort(new Error("in vain"));
  end();
  await long;
  await expect(waiting).rejects.toThrow("in vain");
  expect(await limiter.run(request(), async () => 3)).toBe(3);
});
