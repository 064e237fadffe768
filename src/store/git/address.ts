/**
 * Reads `git:REF`, with options as a query: `git:refs/plumbline/state?remote=upstream&lease=3m`.
 *
 * A remote is given by its name, never by its URL, so that no address can hold a password. Branches and
 * tags are refused: people build on them, rules protect them, and pushes to them start workflows.
 */
import { StoreError } from "../types.ts";

export interface GitAddress {
  /** The whole name of the ref. */
  ref: string;
  /** The name of the remote. */
  remote: string;
  /** Milliseconds that a lock is held for without being renewed. */
  lease: number;
}

const EXAMPLE = "git:refs/plumbline/state";
const DEFAULT_LEASE = 180_000;
const SHORTEST_LEASE = 1000;
const LONGEST_LEASE = 3_600_000;
/** A narrow part of what `git check-ref-format` lets through. */
const REF = /^refs(\/[A-Za-z0-9_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*)+$/;
const TAKEN = /^refs\/(heads|tags|remotes|pull|merge-requests|changes)\//;

/**
 * @param rest what stands after `git:`.
 * @throws StoreError `BadUrl`
 */
export function gitAddress(rest: string): GitAddress {
  const [ref = "", query = "", more] = rest.split("?");
  if (more !== undefined || !REF.test(ref) || /\.lock(\/|$)/.test(ref) || ref.split("/").length < 3) {
    throw badUrl(`The state's address names no ref. Write it as git:REF with the whole name, for example ${EXAMPLE}.`);
  }
  if (TAKEN.test(ref)) {
    throw badUrl(
      `The state cannot be kept in ${ref}: branches, tags and the host's own refs are not for it. Write for example ${EXAMPLE}.`,
    );
  }
  return { ref, ...optionsOf(query) };
}

/** @returns the address as messages show it, without what holds anyway. */
export function showAddress({ ref, remote }: Pick<GitAddress, "ref" | "remote">): string {
  return `git:${ref}${remote === "origin" ? "" : `?remote=${remote}`}`;
}

function optionsOf(query: string): Omit<GitAddress, "ref"> {
  const options = { remote: "origin", lease: DEFAULT_LEASE };
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === "remote") options.remote = remoteOf(value);
    else if (name === "lease") options.lease = leaseOf(value);
    else throw badUrl("The state's address has an option that git: does not know. There are remote=NAME and lease=3m.");
  }
  return options;
}

function remoteOf(text: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._/-]*$/.test(text)) return text;
  throw badUrl(
    `The state's address names no remote. After remote= stands a name from "git remote", for example ${EXAMPLE}?remote=origin; a URL can be given one with "git remote add".`,
  );
}

function leaseOf(text: string): number {
  const [, number, unit] = /^(\d{1,4})(s|m)$/.exec(text) ?? [];
  const lease = Number(number) * (unit === "m" ? 60_000 : 1000);
  if (lease >= SHORTEST_LEASE && lease <= LONGEST_LEASE) return lease;
  throw badUrl("After lease= in the state's address stands a time from 1s to 60m, such as 90s or 3m.");
}

function badUrl(message: string): StoreError {
  return new StoreError("BadUrl", message);
}
