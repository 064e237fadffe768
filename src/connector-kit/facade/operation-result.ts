/**
 * What every operation of the facade answers: whether it succeeded, with what, or why not.
 *
 * A result is a plain object that holds no secret, so that a host program may log it, store it or send it
 * on. `toObject` and `fromObject` are inverse to each other, also by way of JSON.
 */
import { type ErrorCode, errorCodes } from "../errors.ts";

/** What is known about an operation beside its answer. More may be in it. */
export interface OperationMetadata {
  /** Milliseconds. */
  readonly duration?: number;
  /** Requests that were sent for it. */
  readonly requests?: number;
  /** Whether it may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  /** Milliseconds to wait, when the platform said so. */
  readonly retryAfter?: number;
  /** Whether it may have had its effect although it failed. */
  readonly outcomeUnknown?: boolean;
  /** The HTTP status of a failure. */
  readonly status?: number;
  /** The platform's own word for a failure. */
  readonly platformCode?: string;
  readonly [more: string]: unknown;
}

export interface Succeeded<T> {
  readonly success: true;
  /** The method, or the action's name. */
  readonly operation: string;
  readonly data: T;
  readonly errorCode: undefined;
  readonly errorMessage: undefined;
  readonly metadata: OperationMetadata;
}

export interface Failed<T> {
  readonly success: false;
  readonly operation: string;
  /** `false` where the answer is yes or no, else `undefined`. */
  readonly data: T | undefined;
  /** What programs branch on. */
  readonly errorCode: ErrorCode;
  /** What people read; it names the remedy where there is one. */
  readonly errorMessage: string;
  readonly metadata: OperationMetadata;
}

export type OperationResult<T = unknown> = Succeeded<T> | Failed<T>;

/** A result as a plain object; what is undefined is left out. */
export interface OperationResultObject {
  success: boolean;
  operation: string;
  data?: unknown;
  errorCode?: ErrorCode;
  errorMessage?: string;
  metadata: Record<string, unknown>;
}

function succeed<T>(operation: string, data: T, metadata: OperationMetadata = {}): Succeeded<T> {
  return { success: true, operation, data, errorCode: undefined, errorMessage: undefined, metadata };
}

function fail<T>(
  operation: string,
  error: { readonly code: ErrorCode; readonly message: string },
  metadata: OperationMetadata = {},
  data?: T,
): Failed<T> {
  return { success: false, operation, data, errorCode: error.code, errorMessage: error.message, metadata };
}

function toObject(result: OperationResult): OperationResultObject {
  const { success, operation, data, errorCode, errorMessage, metadata } = result;
  return {
    success,
    operation,
    ...(data === undefined ? {} : { data }),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(errorMessage === undefined ? {} : { errorMessage }),
    metadata: { ...metadata },
  };
}

/** @throws TypeError naming the property, when the object is no result. */
function fromObject(object: unknown): OperationResult {
  if (!isRecord(object)) throw new TypeError("An operation result must be an object.");
  const { success, operation, data, errorCode, errorMessage, metadata = {} } = object;
  if (typeof success !== "boolean") throw wrong("success", "true or false");
  if (typeof operation !== "string") throw wrong("operation", "a string");
  if (!isRecord(metadata)) throw wrong("metadata", "an object");
  if (success) return succeed(operation, data, metadata);
  if (typeof errorMessage !== "string") throw wrong("errorMessage", "a string");
  const code = errorCodes.find((known) => known === errorCode);
  if (code === undefined) throw wrong("errorCode", `one of ${errorCodes.join(", ")}`);
  return fail(operation, { code, message: errorMessage }, metadata, data);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(property: string, expected: string): TypeError {
  return new TypeError(`An operation result's "${property}" must be ${expected}.`);
}

/** Makes results, and turns them into plain objects and back. */
export const OperationResult = { succeed, fail, toObject, fromObject } as const;
