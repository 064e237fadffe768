import { expect, test } from "vitest";
import { ConnectorError, type ObservedParent, perParent } from "../../src/connector-kit/index.ts";

const parents: readonly ObservedParent[] = ["a", "b", "c", "d", "e"].map((id) => ({ id, key: [id], spec: {} }));

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

test("children come with their parent, in the order of the parents", async () => {
  const found = await all(
    perParent(parents, async ({ id }) => {
      if (id === "a") await new Promise((resolve) => setImmediate(resolve));
      return [{ id: `${id}1`, spec: {} }];
    }),
  );
  expect(found.map((one) => ("id" in one ? [one.id, one.parent?.id] : one))).toEqual(
    parents.map(({ id }) => [`${id}1`, id]),
  );
});

test("a parent that was read half-way yields its failure and none of its children; the others go on", async () => {
  const error = new ConnectorError("UNAVAILABLE", "cut");
  const found = await all(
    perParent(parents, async function* ({ id }) {
      yield { id: `${id}1`, spec: {} };
      if (id === "c") throw error;
    }),
  );
  expect(found.map((one) => ("error" in one ? one : one.id))).toEqual([
    "a1",
    "b1",
    { parent: parents[2], error },
    "d1",
    "e1",
  ]);
});

test("no more parents are read at once than allowed", async () => {
  let now = 0;
  let peak = 0;
  await all(
    perParent(
      parents,
      async () => {
        now += 1;
        peak = Math.max(peak, now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return [];
      },
      { concurrency: 2 },
    ),
  );
  expect(peak).toBe(2);
});

test("a mistake in the connector is thrown, and a consumer that stops starts no further reads", async () => {
  const broken = perParent(parents, () => Promise.reject(new TypeError("oops")));
  await expect(all(broken)).rejects.toThrow("oops");
  let reads = 0;
  const stopped = perParent(
    parents,
    async () => {
      reads += 1;
      return [{ id: "x", spec: {} }];
    },
    { concurrency: 1 },
  );
  for await (const _ of stopped) break;
  expect(reads).toBe(1);
});
