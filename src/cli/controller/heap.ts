/**
 * Sizes V8's heap for a program that stays, which commands leave small.
 *
 * These are flags that V8 looks at each time that it decides, so they may be set while the program runs.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/**
 * Bytes of the young generation, both its halves. An event lives for some milliseconds; in less than this it would be
 * copied, and then kept, before it is done with.
 */
const YOUNG = 32 * 1024 * 1024;

/**
 * Lets the young generation grow to {@link YOUNG}, also when V8 has made it small again while nothing was to be done, and
 * has the old one collected when it has grown by 30 percent since it last was: with gigabytes to spare V8 lets it double
 * and more, though what a controller under load really holds is some 60 MB.
 */
export function sizeHeap(): void {
  setFlagsFromString("--heap-growing-percent=30");
  // What many events have survived a collection is no reason to make it old at once: each is done with soon after.
  setFlagsFromString("--no-allocation-site-pretenuring");
  let grows: boolean | undefined;
  const look = (): void => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    const isSmall = (young?.space_size ?? YOUNG) < YOUNG;
    if (isSmall === grows) return;
    grows = isSmall;
    setFlagsFromString(`--semi-space-growth-factor=${isSmall ? 2 : 1}`);
  };
  look();
  new PerformanceObserver(look).observe({ entryTypes: ["gc"] });
}
