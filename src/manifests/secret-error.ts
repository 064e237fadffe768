/** Why a secret could not be had. */
import { withoutCredentials } from "./token-forms.ts";

/**
 * - `NotSet`: the variable or file is missing or empty.
 * - `Unreadable`: the file is there and cannot be read.
 * - `NotAllowed`: the operator's configuration does not allow it.
 * - `Unsupported`: this source of secrets does not exist here.
 * - `Invalid`: the value does not fit the field.
 */
export type SecretErrorCode = "NotSet" | "Unreadable" | "NotAllowed" | "Unsupported" | "Invalid";

/** A reference could not be resolved. The message names the reference and the field, never a value. */
export class SecretError extends Error {
  override readonly name = "SecretError";
  readonly code: SecretErrorCode;
  /** The field that holds the reference, such as `credentials.token`. */
  readonly field: string;
  constructor(code: SecretErrorCode, field: string, message: string, options?: { cause?: unknown }) {
    super(withoutCredentials(`${field}: ${message}`), options);
    this.code = code;
    this.field = field;
  }
}
