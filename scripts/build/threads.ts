/**
 * Bundles what runs in threads: `new Worker(new URL("./name.ts", import.meta.url))` becomes an entry of its own,
 * beside the program's, with whose chunks it shares what both use.
 */
import { dirname, join } from "node:path";
import type { Plugin } from "rolldown";

const started = /new Worker\(\s*new URL\("(\.\/[\w-]+\.ts)", import\.meta\.url\)/g;

export const threads: Plugin = {
  name: "threads",
  transform(code, id) {
    if (!code.includes("new Worker(")) return null;
    return code.replace(started, (_, path: string) => {
      const reference = this.emitFile({ type: "chunk", id: join(dirname(id), path) });
      return `new Worker(new URL(import.meta.ROLLUP_FILE_URL_${reference})`;
    });
  },
};
