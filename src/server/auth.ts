/**
 * Who asks, and what they may do.
 *
 * A token's record is read for each request, so that a revocation holds at once. Once a token was ever made,
 * loopback peers need one too, also after it was revoked: taking a right away must not open a door.
 */
import type { Role, TokenRecord, TokenStore } from "../store/event-types.ts";
import { HttpError } from "./http-error.ts";
import { type FailedTries, isLocal } from "./peers.ts";
import { isTokenOf, tokenId } from "./token.ts";

/** Whoever a request comes from. */
export interface Principal {
  /** As the audit log has it: `token:NAME`, or `local` while no token exists. */
  actor: string;
  role: Role;
  /** Left out: all. */
  namespaces?: readonly string[];
}

export interface Peer {
  address: string;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface AuthParts {
  tokens: TokenStore;
  now(): number;
  tries: FailedTries;
}

const ranks: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };
const CHALLENGE = 'Bearer realm="plumbline"';

/** Whether a role includes another. */
export function includes(role: Role, needed: Role): boolean {
  return ranks[role] >= ranks[needed];
}

/** Whether a principal may see and do things in a namespace. */
export function maySee({ namespaces }: Principal, namespace: string): boolean {
  return namespaces === undefined || namespaces.includes(namespace);
}

export interface Authenticator {
  /** @throws HttpError 401 or 429. */
  authenticate(peer: Peer): Promise<Principal>;
  /** Lets in whom no endpoint's role is asked of, but not strangers while no token exists. @throws HttpError 401. */
  admit(peer: Peer): Promise<void>;
}

export function createAuthenticator({ tokens, now, tries }: AuthParts): Authenticator {
  let locked = false;
  /** Records are never deleted, so once there is one it stays so. */
  const hasTokens = async () => {
    locked ||= (await tokens.tokens()).length > 0;
    return locked;
  };

  async function byToken(text: string): Promise<Principal | undefined> {
    const id = tokenId(text);
    const record = id === undefined ? undefined : await tokens.token(id);
    return record && isTokenOf(text, record) && isValid(record, now()) ? principalOf(record) : undefined;
  }

  function refuse(address: string): never {
    const wait = tries.count(address, now());
    if (wait > 0) {
      const headers = { "retry-after": String(Math.ceil(wait / 1000)) };
      throw new HttpError(429, "TooManyTries", "Too many failed tries from this address.", { headers });
    }
    throw unauthenticated("The token is wrong, was revoked or has expired.", `${CHALLENGE}, error="invalid_token"`);
  }

  return {
    async authenticate({ address, headers }) {
      const { authorization } = headers;
      if (typeof authorization === "string") {
        const [, text = ""] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
        return (await byToken(text)) ?? refuse(address);
      }
      if (await hasTokens()) throw unauthenticated("This needs a token: Authorization: Bearer plt_….");
      if (!isLocal(address, headers)) throw noTokenYet();
      return { actor: "local", role: "admin" };
    },
    async admit({ address, headers }) {
      if (!isLocal(address, headers) && !(await hasTokens())) throw noTokenYet();
    },
  };
}

function isValid({ revokedAt, expiresAt }: TokenRecord, now: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || now < expiresAt);
}

function principalOf({ name, role, namespaces }: TokenRecord): Principal {
  return { actor: `token:${name}`, role, ...(namespaces ? { namespaces } : {}) };
}

function unauthenticated(message: string, challenge = CHALLENGE): HttpError {
  return new HttpError(401, "Unauthenticated", message, { headers: { "www-authenticate": challenge } });
}

function noTokenYet(): HttpError {
  return unauthenticated(
    "No token exists yet, so only programs on the same host are answered. Make one: plumbline token create NAME --role viewer.",
  );
}
