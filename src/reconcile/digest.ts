/** Digests of specs and plans. */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** RFC 8785 JSON of a value. */
export function canonicalText(value: unknown): string {
  return canonicalize(value) ?? "null";
}

/** The first 96 bits of SHA-256 of a value's RFC 8785 form, as base64url: short, and enough to tell specs apart. */
export function specDigest(value: unknown): string {
  return createHash("sha256").update(canonicalText(value)).digest().subarray(0, 12).toString("base64url");
}

/** SHA-256 of a value's RFC 8785 form, in hex. */
export function planDigest(value: unknown): string {
  return createHash("sha256").update(canonicalText(value)).digest("hex");
}
