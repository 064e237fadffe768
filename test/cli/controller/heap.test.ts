/** How the controller sizes V8's heap, in a process of its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const MB = 1024 * 1024;

/** Keeps what it makes for a while, as events under way are kept; says how large the young generation was at most. */
const program = (sized: boolean) => `
  import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
  import { sizeHeap } from ${JSON.stringify(join(import.meta.dirname, "../../../src/cli/controller/heap.ts"))};
  // As the program starts: small.
  setFlagsFromString("--semi-space-growth-factor=1");
  if (${sized}) sizeHeap();
  const kept = [];
  let most = 0;
  for (let round = 0; round < 400; round++) {
    for (let at = 0; at < 10_000; at++) kept[at + (round % 4) * 10_000] = { at, text: "x" + at, list: [round] };
    const young = getHeapSpaceStatistics().find((space) => space.space_name === "new_space");
    most = Math.max(most, young.space_size);
    await new Promise((resolve) => setImmediate(resolve));
  }
  console.log(most);`;

async function mostYoung(sized: boolean): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program(sized)]);
  return Number(stdout) / MB;
}

test("the young generation grows to two halves of 12 MB, and no further, whatever V8 would give it", async () => {
  const [small, sized] = await Promise.all([mostYoung(false), mostYoung(true)]);
  expect(small).toBeLessThan(16);
  expect(sized).toBeGreaterThan(18);
  expect(sized).toBeLessThanOrEqual(28);
});
