/** What happens to calls that share a transaction when it fails. */
import { expect, test } from "vitest";
import { groupCommit } from "../../src/store/events/group.ts";
import { StoreError } from "../../src/store/types.ts";

/** Calls that come in one turn. @returns how each ended, and what was asked of the database. */
async function together(fails: (items: readonly number[]) => Error | undefined) {
  const asked: (readonly number[])[] = [];
  const commit = groupCommit<number, number>(async (items) => {
    asked.push(items);
    const error = fails(items);
    if (error) throw error;
    return items;
  }, 10);
  const ended = await Promise.allSettled([1, 2, 3].map((item) => commit([item])));
  return { asked, ended: ended.map(({ status }) => status) };
}

test("a database that is locked is asked once for all calls, not once more for each", async () => {
  const { asked, ended } = await together(() => new StoreError("Locked", "Another process keeps writing."));
  expect(asked).toEqual([[1, 2, 3]]);
  expect(ended).toEqual(["rejected", "rejected", "rejected"]);
});

test("one call's bad item fails that call alone", async () => {
  const { asked, ended } = await together((items) => (items.includes(2) ? new Error("no such row") : undefined));
  expect(asked).toEqual([[1, 2, 3], [1], [2], [3]]);
  expect(ended).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
