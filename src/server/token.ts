/**
 * Bearer tokens: `plt_<id>_<secret>`.
 *
 * The secret is 256 random bits, so its SHA-256 can be kept as it is: no dictionary helps against it. The id is
 * public; it finds the record, so that the comparison of hashes is the only one, in constant time.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Role, TokenRecord } from "../store/event-types.ts";

const FORM = /^plt_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;
/** Finds tokens in texts that should hold none. */
export const TOKEN_IN_TEXT = /plt_[0-9a-f]{16}_[A-Za-z0-9_-]{43}/g;
const ID_BYTES = 8;
const SECRET_BYTES = 32;

export interface TokenRequest {
  name: string;
  role: Role;
  /** Left out: all. */
  namespaces?: readonly string[];
  createdAt: number;
  expiresAt?: number;
}

/** @returns the token's text, which is shown once, and what is kept of it. */
export function makeToken(
  request: TokenRequest,
  random: (bytes: number) => Buffer,
): { text: string; record: TokenRecord } {
  const id = random(ID_BYTES).toString("hex");
  const text = `plt_${id}_${random(SECRET_BYTES).toString("base64url")}`;
  return { text, record: { ...request, id, hash: sha256(text).toString("hex") } };
}

/** @returns the id in a token's text; undefined for what is no token. */
export function tokenId(text: string): string | undefined {
  return FORM.exec(text)?.[1];
}

/** Whether the text is this record's, in constant time. */
export function isTokenOf(text: string, record: Pick<TokenRecord, "hash">): boolean {
  const kept = Buffer.from(record.hash, "hex");
  const given = sha256(text);
  return kept.length === given.length && timingSafeEqual(kept, given);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
