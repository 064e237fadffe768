/**
 * Sizes V8's heap for a program that stays, which commands leave small.
 *
 * These are flags that V8 looks at each time that it decides, so they may be set while the program runs.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, type HeapSpaceInfo, setFlagsFromString } from "node:v8";

/**
 * Bytes of each half of the young generation. An event lives for some milliseconds; in less than this it would be copied,
 * and then kept, before it is done with.
 */
const HALF = 12 * 1024 * 1024;

/**
 * Lets the young generation grow to twice {@link HALF}, also when V8 has made it small again while nothing was to be done, and
 * has the old one collected when it has grown by 30 percent since it last was: with gigabytes to spare V8 lets it double
 * and more, though what a controller under load really holds is some 60 MB.
 */
export function sizeHeap(): void {
  setFlagsFromString("--heap-growing-percent=30");
  // What many events have survived a collection is no reason to make it old at once: each is done with soon after.
  setFlagsFromString("--no-allocation-site-pretenuring");
  let factor: number | undefined;
  const look = (): void => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    // In one step: what is collected on the way there would become old, and stay until all is collected. Never beyond.
    const fits = young ? Math.max(1, Math.floor(HALF / halfOf(young))) : 1;
    if (fits === factor) return;
    factor = fits;
    setFlagsFromString(`--semi-space-growth-factor=${fits}`);
  };
  look();
  new PerformanceObserver(look).observe({ entryTypes: ["gc"] });
}

/**
 * @returns bytes of a half, at most twice too many. The space's size is that of both, unless V8 has given back the one that
 *   is empty; what is used and available is that of one, unless more is used than V8 wants it to hold.
 */
function halfOf({ space_size: size, space_used_size: used, space_available_size: available }: HeapSpaceInfo): number {
  return Math.max(1, Math.min(size, used + available));
}
