#!/usr/bin/env node
/**
 * What `plumbline` runs first: checks the version of Node.js, answers `--version`, then loads the
 * rest.
 *
 * It must be readable by versions of Node.js that are too old for everything else: no static import
 * may be left in it once it is built, and no syntax younger than dynamic import.
 */
import { MINIMUM_NODE, VERSION } from "../version.ts";

/** Whether the version `given` is at least `least`; both as `24.15.0`. */
function atLeast(given: string, least: string): boolean {
  const have = given.split(".").map(Number);
  const want = least.split(".").map(Number);
  for (let i = 0; i < want.length; i++) {
    const difference = Number(have[i]) - Number(want[i]);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

const first = process.argv[2];
if (!atLeast(process.versions.node, MINIMUM_NODE)) {
  console.error(
    `plumbline ${VERSION} needs Node.js ${MINIMUM_NODE} or newer; this is ${process.versions.node} (${process.execPath}). ` +
      "Install a newer one, or run bin/plumbline from a checkout, which brings its own.",
  );
  process.exitCode = 1;
} else if (first === "--version" && process.argv.length === 3) {
  console.log(VERSION);
} else {
  import("./main.ts").then(({ main }) => main(process.argv.slice(2)));
}
