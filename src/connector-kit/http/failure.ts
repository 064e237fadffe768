/** How one attempt at a request ended badly, beside the error that its caller may come to see. */
import { ConnectorError, type ConnectorErrorOptions, type ErrorCode } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { redactedError } from "./redact.ts";

export interface FailureOptions extends ConnectorErrorOptions {
  /** `none`: the platform surely did not act, so that any request may be sent again. */
  effect: "none" | "possible";
  /** The platform itself said how long to wait. */
  told?: boolean;
  /** Not to be tried again, whatever the error says. */
  final?: boolean;
}

/** Carries a {@link ConnectorError} up to where it is decided whether to try again. */
export class AttemptFailed extends Error {
  override readonly name = "AttemptFailed";
  readonly error: ConnectorError;
  readonly effect: "none" | "possible";
  readonly told: boolean;
  readonly final: boolean;

  constructor(error: ConnectorError, { effect, told = false, final = false }: FailureOptions) {
    super(error.message);
    this.error = error;
    this.effect = effect;
    this.told = told;
    this.final = final;
  }
}

/** Makes a failure whose texts hold no secret. No other place makes the errors of requests. */
export function failed(
  connection: Connection,
  code: ErrorCode,
  message: string,
  options: FailureOptions,
): AttemptFailed {
  const { redactor } = connection.transport;
  const cause = options.cause === undefined ? {} : { cause: redactedError(redactor, options.cause) };
  return new AttemptFailed(new ConnectorError(code, redactor.redact(message), { ...options, ...cause }), options);
}
