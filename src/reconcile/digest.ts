/** Digests of specs and plans. */
import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import { stableText } from "../connector-kit/compare.ts";

/** RFC 8785 JSON of a value. */
export function canonicalText(value: unknown): string {
  return canonicalize(value) ?? "null";
}

/** 96 bits are 16 digits of base64url: short, and enough to tell specs apart. */
const SPEC_DIGITS = 16;

/** The first 96 bits of SHA-256 of a value's JSON with sorted keys, as base64url. */
export function specDigest(value: unknown): string {
  return hash("sha256", stableText(value), "base64url").slice(0, SPEC_DIGITS);
}

/** SHA-256 of a value's RFC 8785 form, in hex. */
export function planDigest(value: unknown): string {
  return hash("sha256", canonicalText(value), "hex");
}
