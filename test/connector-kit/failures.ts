/** Shared by tests that expect a refusal. */
import { ConnectorError } from "../../src/connector-kit/index.ts";

/** @returns the ConnectorError of a promise that has to fail with one. */
export async function failure(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ConnectorError) return error;
  throw new Error(`not a ConnectorError: ${String(error)}`);
}
