import fc from "fast-check";
import { describe, expect, test } from "vitest";
import github from "../../../src/connectors/github/index.ts";
import slack from "../../../src/connectors/slack/index.ts";
import {
  Capabilities,
  type Connector,
  capabilitiesOf,
  compileConnector,
  defineResource,
  Type,
} from "../../../src/index.ts";
import { fakeSystem } from "../../support/fakes.ts";
import { tries } from "../../support/tries.ts";
import { tracker } from "./tracker.ts";

test("without any statement a system keeps single items and nothing more", () => {
  expect(Capabilities.fromObject()).toEqual({
    ...{ create: true, update: true, delete: true, query: true },
    ...{ batch: false, attachments: false, comments: false, customFields: false, relationships: false, history: false },
    ...{ notifications: false, maxBatchSize: 0, rateLimit: 0, itemTypes: [], queryOperators: [] },
  });
});

const objects = fc.record(
  {
    create: fc.boolean(),
    batch: fc.boolean(),
    maxBatchSize: fc.nat(),
    itemTypes: fc.array(fc.string()),
    webhooks: fc.jsonValue(),
    max_parallel: fc.jsonValue(),
  },
  { requiredKeys: [], noNullPrototype: true },
);

test("what a plain object states, unknown extras too, survives both ways", () => {
  fc.assert(
    fc.property(objects, (object) => {
      const capabilities = Capabilities.fromObject(object);
      const plain = Capabilities.toObject(capabilities);
      expect(plain).toMatchObject(object);
      expect(Object.keys(plain)).toEqual(expect.arrayContaining(Object.keys(Capabilities.defaults)));
      expect(Capabilities.fromObject(plain)).toEqual(capabilities);
    }),
    tries(100),
  );
});

test.each([
  { object: { create: "yes" }, says: '"create" must be true or false' },
  { object: { rateLimit: -1 }, says: '"rateLimit" must be a whole number' },
  { object: { itemTypes: [1] }, says: '"itemTypes" must be a list of strings' },
])("a capability of the wrong type is refused: $says", ({ object, says }) => {
  expect(() => Capabilities.fromObject(object)).toThrow(says);
});

describe("derived from a connector", () => {
  const of = (connector: Connector) => capabilitiesOf(compileConnector(connector));

  test("resources give item types by path and singular, and all verbs", () => {
    const { connector } = fakeSystem();
    expect(of(connector)).toMatchObject({
      ...{ create: true, update: true, delete: true, query: true, relationships: true, comments: false },
      itemTypes: ["note", "room", "rooms", "rooms.notes", "team", "teams"],
      queryOperators: ["equals", "contains"],
    });
  });

  test("actions give item types by their nouns, comments and attachments, and only the verbs that they have", () => {
    expect(of(tracker().connector)).toMatchObject({
      ...{ create: true, update: true, query: true, delete: false },
      ...{ comments: true, attachments: true, relationships: false, history: false, batch: false },
      ...{ itemTypes: ["issue"], queryOperators: [] },
    });
  });

  test("the rate limit is the smallest that counts by itself, else the smallest, in requests a minute", () => {
    expect(of(tracker().connector).rateLimit).toBe(100);
    expect(of(slack).rateLimit).toBe(20);
    expect(of(github).rateLimit).toBe(30);
    expect(of(fakeSystem().connector).rateLimit).toBe(0);
  });

  test("the largest batch of any kind is the size of batches", () => {
    const { connector } = fakeSystem();
    const row = defineResource({
      schema: Type.Object({ name: Type.String() }),
      key: ({ name }) => name,
      async *list() {
        yield* [];
      },
      batch: { size: 50 },
    });
    expect(of({ ...connector, resources: { rows: row, lines: { ...row, batch: { size: 20 } } } })).toMatchObject({
      ...{ batch: true, maxBatchSize: 50, create: false, update: false, delete: false, query: true },
    });
  });

  test("notifications are a capability of what delivers some", () => {
    expect([of(slack), of(fakeSystem().connector)].map(({ notifications }) => notifications)).toEqual([true, false]);
  });

  test("a field for customers' own fields is a capability", () => {
    const { connector, ...rest } = tracker();
    const create = connector.actions?.create_issue;
    if (!create) throw new Error(`The tracker lost its action, ${Object.keys(rest)}.`);
    const parameters = Type.Object({ custom_fields: Type.Unknown() });
    expect(of({ ...connector, actions: { create_issue: { ...create, parameters } } }).customFields).toBe(true);
    expect(of(connector).customFields).toBe(false);
  });
});
