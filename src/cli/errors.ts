/** What a person reads when a command fails: one message that says what, where and what to do. */
import type { Output } from "./output.ts";
import { paragraph, visible } from "./plain-text.ts";

/** The command line, or a file that it names, asks for something that cannot be done. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** A person stopped the command before it wrote anything. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/**
 * Errors whose messages were written for users. They are known by name: their classes stand in modules
 * that a command may never have loaded.
 */
const explained: ReadonlySet<string> = new Set([
  "UserError",
  "Interrupted",
  "StoreError",
  "SecretError",
  "ConnectorError",
  "SavedPlanStale",
  "RemovalsNotConfirmed",
]);

/** Writes an error to stderr; its stack only for those who look for mistakes. */
export function reportError(error: unknown, output: Output): void {
  const thrown = error instanceof Error ? error : new Error(String(error));
  output.error(`${output.paintError("red", "plumbline:")} ${messageOf(thrown)}`);
  for (let one: unknown = thrown; one instanceof Error; one = one.cause) {
    output.debug((one.stack ?? one.message).split("\n").map(visible).join("\n"));
  }
}

function messageOf(error: Error): string {
  if (explained.has(error.name)) return error.message.split("\n").map(visible).join("\n");
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code === "string" && typeof syscall === "string") return paragraph(error.message);
  return (
    `${paragraph(error.message)}\nThis is a mistake in Plumbline, not in your files. ` +
    "Please report it, with what the same command says with --log-level debug."
  );
}
