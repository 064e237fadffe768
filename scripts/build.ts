/**
 * `npm run build`, and `prepare` after `npm ci`: makes `dist/`, the program that starts fast.
 *
 * It runs under the Node.js that the repository pins, which npm puts first in PATH. All is made
 * beside the old `dist/` and takes its place at the end, so that a build that fails, or that runs
 * while the program starts, breaks nothing.
 *
 * PLUMBLINE_BUILD=program leaves out the declarations, which take most of the time: who only runs the program, as
 * the GitHub Action does (ci/install.sh), has no use for them.
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./build/bundle.ts";
import { emitTypes } from "./build/types.ts";
import { verify } from "./build/verify.ts";

const root = join(import.meta.dirname, "..");
const started = performance.now();
const declarations = process.env.PLUMBLINE_BUILD !== "program";
const target = join(root, "node_modules/.cache", `plumbline-build-${process.pid}`);
mkdirSync(target, { recursive: true });
try {
  await Promise.all([bundle(root, target), declarations ? emitTypes(root, join(target, "types")) : undefined]);
  await verify(root, target);
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  renameSync(target, dist);
} finally {
  rmSync(target, { recursive: true, force: true });
}
console.log(`built dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s`);
