import { expect, test } from "vitest";
import { reportError, UserError } from "../../src/cli/errors.ts";
import { type LogLevel, Output } from "../../src/cli/output.ts";
import { StoreError } from "../../src/store/types.ts";

function said(error: unknown, level: LogLevel = "info", redact = (text: string) => text): string {
  let text = "";
  const stderr = {
    write(part: string) {
      text += part;
    },
  };
  const output = new Output({ stdout: { write: () => undefined }, stderr, env: {} }, { level, plain: true });
  output.redactWith(redact);
  reportError(error, output);
  return text;
}

test("an error that was written for users is said as it is", () => {
  expect(said(new UserError("a.json: there is no such file."))).toBe("plumbline: a.json: there is no such file.\n");
  expect(said(new StoreError("Locked", "Another apply holds this state."))).toBe(
    "plumbline: Another apply holds this state.\n",
  );
});

test("any other error is said to be a mistake in the program, without its stack", () => {
  const text = said(new TypeError("x is undefined"));
  expect(text).toMatch(
    /^plumbline: x is undefined\nThis is a mistake in Plumbline, not in your files. .*--log-level debug.\n$/,
  );
  expect(text).not.toContain("errors.test.ts");
});

test("what is thrown and no error is said too", () => {
  expect(said("boom")).toContain("plumbline: boom\n");
});

test("--log-level debug shows the stack, and that of its cause", () => {
  const text = said(new UserError("outer", { cause: new Error("inner") }), "debug");
  expect(text).toContain("errors.test.ts");
  expect(text).toContain("Error: inner");
});

test("messages cannot control the terminal, and hold no secret", () => {
  const redact = (text: string) => text.replaceAll("s3cret", "(sensitive)");
  const text = said(new UserError("\u001b[2Jline\nnext s3cret"), "debug", redact);
  expect(text).toMatch(/^plumbline: \\u001b\[2Jline\nnext \(sensitive\)\n/);
  expect(text).not.toContain("s3cret");
});

test("an error of the operating system is not blamed on the program", () => {
  const error = Object.assign(new Error("EACCES: permission denied, open 'x'"), { code: "EACCES", syscall: "open" });
  expect(said(error)).toBe("plumbline: EACCES: permission denied, open 'x'\n");
});
