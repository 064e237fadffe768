/**
 * Checking manifests that were damaged: whatever they hold, the answer is "valid" or a list of
 * problems that people can read, and never a crash.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadManifests } from "../../src/manifests/load.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import { renderProblems } from "../../src/manifests/render.ts";
import { type Random, seeded } from "./random.ts";
import { must } from "./report.ts";

const folder = join(import.meta.dirname, "../../manifests");

/** A check may take so long, in milliseconds, on a busy machine. */
const MOST_TIME = 5000;

/** Pieces that mean something to YAML, to JavaScript or to terminals. */
const tokens = [
  ...["&a ", "*a", "<<: ", "!!js/function ", "%YAML 1.1\n", "---\n", "...\n", "- ", ": ", "? ", "| \n", ">-\n", "\t"],
  ...['"', "'", "{", "}", "[", "]", "#", "\0", "\uFEFF", "\u2028", "\x1b[31m", "\r", "\r\n", "\n", "~", "null"],
  ...["__proto__: 1\n", "constructor: {}\n", "toString: x\n", "1e999", "0x7fffffffffffffff", "\ud83d\ude00"],
];

/** @param inputs how many damaged manifests. */
export async function fuzzRound(seed: string, inputs: number): Promise<string> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  const texts = files.map((name) => readFileSync(join(folder, name)));
  const platforms = builtinPlatforms();
  let wrong = 0;
  for (let number = 1; number <= inputs; number++) {
    const own = `${seed}-${number}`;
    const random = seeded(own);
    const bytes = damaged(random.pick(texts), random);
    if ((await check(own, bytes, platforms)) > 0) wrong += 1;
  }
  return `${inputs} inputs, ${wrong} of them with problems, ${inputs - wrong} valid`;
}

/** @returns how many problems there are. @throws Violation, with the seed of the input. */
async function check(seed: string, bytes: Buffer, platforms: ReturnType<typeof builtinPlatforms>): Promise<number> {
  const start = performance.now();
  const { problems } = await loadManifests({ inputs: ["-"], cwd: folder, platforms, stdin: chunks(bytes) }).catch(
    (cause: unknown) => {
      throw new Error(`input ${seed} broke the check`, { cause });
    },
  );
  const text = renderProblems(problems, { color: false, width: 100 });
  must(!/\n\s+at .+:\d+:\d+/.test(text), `input ${seed}: a stack trace is shown: ${text}`);
  must(
    !["\0", "\x1b"].some((code) => text.includes(code)),
    `input ${seed}: control characters are shown: ${JSON.stringify(text)}`,
  );
  for (const problem of problems) {
    must(problem.code !== "" && problem.message !== "", `input ${seed}: a problem says nothing`);
    // Where no file holds a manifest, there is no line to name.
    const placed = problem.code === "NoManifests" || (problem.file !== undefined && (problem.line ?? 0) >= 1);
    must(placed, `input ${seed}: ${problem.code} names no place`);
  }
  const took = performance.now() - start;
  must(took < MOST_TIME, `input ${seed} took ${took.toFixed(0)} ms`);
  return problems.length;
}

function damaged(text: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(text);
  for (let times = random.whole(1, 4); times > 0; times--) bytes = damage(bytes, random);
  return bytes;
}

function damage(bytes: Buffer, random: Random): Buffer<ArrayBuffer> {
  const at = random.whole(0, Math.max(bytes.length - 1, 0));
  const to = Math.min(at + random.whole(1, 200), bytes.length);
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (random.pick(["flip", "byte", "truncate", "cut", "repeat", "insert", "insert"] as const)) {
    case "flip":
      return replaced(bytes, at, (bytes[at] ?? 0) ^ (1 << random.whole(0, 7)));
    case "byte":
      return replaced(bytes, at, random.whole(0, 255));
    case "truncate":
      return Buffer.from(before);
    case "cut":
      return Buffer.concat([before, after]);
    case "repeat":
      return Buffer.concat([before, piece, piece, after]);
    default:
      return Buffer.concat([before, Buffer.from(random.pick(tokens)), piece, after]);
  }
}

function replaced(bytes: Buffer, at: number, value: number): Buffer<ArrayBuffer> {
  const copy = Buffer.from(bytes);
  if (at < copy.length) copy[at] = value;
  return copy;
}

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
