/** Labels in pages, as a server lists them that tells no last page, and whose next address nobody can guess. */
import type { Fate, Recorded } from "../../support/proxy.ts";

/** Where the labels of the repository `api` are listed. */
export const list = "/repos/acme/api/labels";

export function name(index: number): string {
  return `label-${String(index).padStart(3, "0")}`;
}

/** @param sizes of the pages. @param color of each label, six hex digits. */
export function paged(origin: () => string, sizes: readonly number[], color: string): (request: Recorded) => Fate {
  const starts = sizes.map((_, page) => sizes.slice(0, page).reduce((sum, size) => sum + size, 0));
  return ({ method, path, query }) => {
    if (method !== "GET" || path !== list) return "pass";
    const page = query.after === undefined ? 0 : Number(String(query.after).slice("Y3Vyc29y".length));
    const start = starts[page] as number;
    const body = Array.from({ length: sizes[page] as number }, (_, index) => ({
      ...{ id: 1000 + start + index, name: name(start + index), color, description: null },
    }));
    const next = `<${origin()}${list}?after=Y3Vyc29y${page + 1}&per_page=100>; rel="next"`;
    return { status: 200, body, headers: page + 1 < sizes.length ? { link: next } : {} };
  };
}
