/** External systems for tests: on a clock that does not wait, closed when the test ends. */
import { onTestFinished } from "vitest";
import type { OperationResult } from "../../../src/index.ts";
import { type Connector, createTransport, type ExternalSystem, ExternalSystemFactory } from "../../../src/index.ts";
import { jumpingClock } from "../../support/sessions.ts";

/** A factory whose systems wait for nothing. */
export function testFactory(env: Readonly<Record<string, string>> = {}): ExternalSystemFactory {
  const clock = jumpingClock(Date.UTC(2026, 10, 25));
  let keys = 0;
  const newKey = () => {
    keys += 1;
    return `key-${keys}`;
  };
  return new ExternalSystemFactory({
    env,
    clock,
    newKey,
    transport: () => createTransport({ clock, random: () => 0.5 }),
  });
}

/** A system of one connector. */
export async function systemOf(
  connector: Connector,
  config: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<ExternalSystem> {
  const system = await testFactory(env).register(connector.platform, connector).create(connector.platform, config);
  onTestFinished(async () => {
    await system.close();
  });
  return system;
}

/** @returns the answer of a result that must have succeeded. */
export function dataOf<T>(result: OperationResult<T>): T {
  if (!result.success) throw new Error(`${result.operation}: ${result.errorCode} ${result.errorMessage}`);
  return result.data;
}
