import { expect, test } from "vitest";
import { assertApprovable } from "../../src/cli/approve.ts";
import { listenForInterrupts } from "../../src/cli/interrupt.ts";

function listening() {
  const listeners: (() => void)[] = [];
  const exits: number[] = [];
  const stops: string[] = [];
  const interruption = listenForInterrupts(
    {
      onSignal(listener) {
        listeners.push(listener);
        return () => listeners.splice(0);
      },
      exit: (code) => exits.push(code),
    },
    () => stops.push("told"),
  );
  return { interruption, exits, stops, listeners, send: () => listeners.forEach((listener) => void listener()) };
}

test("while nothing is written, a signal ends what runs", async () => {
  const { interruption, send, stops } = listening();
  const never = interruption.race(new Promise(() => undefined));
  send();
  await expect(never).rejects.toThrow("Interrupted. Nothing was written.");
  expect(interruption.signal.aborted).toBe(true);
  expect(stops).toEqual([]);
});

test("while it writes, the first signal only tells, and the second ends the process", async () => {
  const { interruption, send, stops, exits } = listening();
  const write = Promise.withResolvers<string>();
  const running = interruption.race(write.promise);
  interruption.writing();
  send();
  expect({ stops, exits, aborted: interruption.signal.aborted }).toEqual({ stops: ["told"], exits: [], aborted: true });
  send();
  expect(exits).toEqual([130]);
  write.resolve("written");
  await expect(running).resolves.toBe("written");
});

test("when it has ended, signals are nobody's business", () => {
  const { interruption, listeners } = listening();
  interruption.end();
  expect(listeners).toEqual([]);
});

test.each([
  { stdin: true, stderr: true, autoApprove: false, allowed: true },
  { stdin: false, stderr: true, autoApprove: false, allowed: false },
  { stdin: true, stderr: false, autoApprove: false, allowed: false },
  { stdin: false, stderr: false, autoApprove: true, allowed: true },
])("asking with stdin $stdin, stderr $stderr, --auto-approve $autoApprove: $allowed", (given) => {
  const terminal = { stdin: { isTTY: given.stdin }, stderr: { isTTY: given.stderr, write: () => true } };
  const check = () => assertApprovable("apply", given.autoApprove, terminal as never);
  if (given.allowed) expect(check).not.toThrow();
  else expect(check).toThrow("pass --auto-approve");
});

test("whoever cannot be asked is told to look at the plan only where there is one", () => {
  const nobody = { stdin: { isTTY: false }, stderr: { isTTY: false, write: () => true } } as never;
  expect(() => assertApprovable("apply", false, nobody)).toThrow("Look at `plumbline plan`, then pass");
  expect(() => assertApprovable("forget", false, nobody)).not.toThrow("plan");
});
