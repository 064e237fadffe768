/** Bodies that are not what their content type says, and those after them. */
import { expect, test } from "vitest";
import { BrokenBody, decodeBody } from "../../../src/connector-kit/http/body.ts";

test("a body that breaks off inside a letter fails as JSON, is replaced as text, and spoils none after it", () => {
  const cut = Buffer.from('"é').subarray(0, 2);
  for (let turn = 0; turn < 2; turn++) {
    expect(() => decodeBody(cut, "application/json")).toThrow(BrokenBody);
    expect(decodeBody(Buffer.from('"é"'), "application/json")).toBe('"é"');
    expect(decodeBody(cut, "text/plain")).toBe('"\ufffd');
    expect(decodeBody(Buffer.from("\ufeffé"), "text/plain")).toBe("é");
  }
});

test("an empty body is no text, whatever it claims to be", () => {
  expect([decodeBody(Buffer.alloc(0), "application/json"), decodeBody(Buffer.alloc(0), null)]).toEqual(["", ""]);
});
