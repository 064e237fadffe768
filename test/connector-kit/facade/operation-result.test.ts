import fc from "fast-check";
import { expect, test } from "vitest";
import { errorCodes, OperationResult } from "../../../src/index.ts";
import { tries } from "../../support/tries.ts";

const metadata = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
const results = fc.oneof(
  fc
    .tuple(fc.string(), fc.jsonValue(), metadata)
    .map(([name, data, more]) => OperationResult.succeed(name, data, more)),
  fc
    .tuple(
      fc.string(),
      fc.constantFrom(...errorCodes),
      fc.string(),
      metadata,
      fc.option(fc.jsonValue(), { nil: undefined }),
    )
    .map(([name, code, message, more, data]) => OperationResult.fail(name, { code, message }, more, data)),
);

test("a result survives the way to a plain object and back", () => {
  fc.assert(
    fc.property(results, (result) => {
      expect(OperationResult.fromObject(OperationResult.toObject(result))).toEqual(result);
    }),
    tries(100),
  );
});

test("a plain object survives JSON, and holds nothing that is undefined", () => {
  fc.assert(
    fc.property(results, (result) => {
      const object = OperationResult.toObject(result);
      expect(Object.values(object)).not.toContain(undefined);
      const text = JSON.stringify(object);
      expect(JSON.stringify(OperationResult.toObject(OperationResult.fromObject(JSON.parse(text))))).toBe(text);
    }),
    tries(100),
  );
});

const failed = { success: false, operation: "query", errorCode: "AUTH", errorMessage: "No.", metadata: {} };

test.each([
  { name: "the whole", object: "yes", says: "must be an object" },
  { name: "success", object: { ...failed, success: "no" }, says: '"success"' },
  { name: "operation", object: { ...failed, operation: 1 }, says: '"operation"' },
  { name: "errorCode", object: { ...failed, errorCode: "ODD" }, says: '"errorCode" must be one of AUTH' },
  { name: "errorMessage", object: { ...failed, errorMessage: undefined }, says: '"errorMessage"' },
  { name: "metadata", object: { ...failed, metadata: [] }, says: '"metadata"' },
])("an object is refused when $name is not a result's", ({ object, says }) => {
  expect(() => OperationResult.fromObject(object)).toThrow(says);
});

test("an object without metadata is taken as one with none", () => {
  expect(OperationResult.fromObject({ success: true, operation: "close", data: true }).metadata).toEqual({});
});
