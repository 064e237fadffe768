/**
 * One system, a recording proxy before it and a session through that, with the few steps that tests are
 * made of. It compares as the engine does, with the engine's own comparer.
 */
import { expect } from "vitest";
import type { AnnotatedSchema } from "../../../src/api/index.ts";
import { compileComparer } from "../../../src/connector-kit/compare.ts";
import {
  compileConnector,
  type Kind,
  type ListDelta,
  type Observed,
  type ObservedParent,
  type Spec,
} from "../../../src/connector-kit/index.ts";
import { compileReferences } from "../../../src/connector-kit/references.ts";
import type { Session } from "../../../src/connector-kit/session.ts";
import { checkRequest, type Spec as Description } from "../../support/openapi.ts";
import { type Recorded, type RecordingProxy, recordingProxy } from "../../support/proxy.ts";
import { openTestSession } from "../../support/sessions.ts";
import type { KindCase, StartedSystem, Subject } from "./subject.ts";

export interface Rig {
  proxy: RecordingProxy;
  credentials: StartedSystem["credentials"];
  session: Session;
  /** Goes on with a session that remembers nothing. */
  reopen(): Promise<void>;
  close(): Promise<void>;
  /** All things of a kind. For a nested one, those below a parent; default: the one that {@link Rig.parent} gives. */
  list(kind: string, parent?: ObservedParent): Promise<Observed[]>;
  /** The one thing that has an entry's key. */
  find(kind: string, entry: Spec): Promise<Observed | undefined>;
  create(kind: string, entry: Spec): Promise<void>;
  /** Brings a thing to what an entry states. @returns the names of the fields that differed. */
  update(kind: string, entry: Spec): Promise<string[]>;
  remove(kind: string, observed: Observed): Promise<void>;
  /** What of an entry a thing differs in or does not show, as JSON pointers. */
  differences(kind: string, entry: Spec): Promise<string[]>;
  /** The parent of a kind's entries, made when it is not there. */
  parent(kind: string): Promise<ObservedParent>;
  /** An entry with ids in place of keys and names. */
  resolve(kind: string, entry: Spec): Promise<Spec>;
}

const noParent: ObservedParent = { id: "", key: [], spec: {} };

/** Starts a rig, runs something with it, and checks every request against the description, where there is one. */
export async function withRig(
  subject: Subject,
  description: Description | undefined,
  run: (rig: Rig) => Promise<void>,
  smallPages = false,
): Promise<void> {
  const system = await subject.start({ smallPages });
  const proxy = await recordingProxy(system.url, subject.isWrite ? { isWrite: subject.isWrite } : {});
  const rig = await createRig(subject, system, proxy);
  try {
    await run(rig);
    expect(description ? mistakes(description, proxy.requests, subject.undescribed) : []).toEqual([]);
  } finally {
    await rig.close();
    await proxy.close();
    await system.close();
  }
}

function mistakes(description: Description, requests: readonly Recorded[], undescribed: RegExp | undefined): string[] {
  return requests.flatMap(({ method, path, query, headers, body }) => {
    if (undescribed?.test(path)) return [];
    const verdict = checkRequest(description, { method, url: path, query, headers, body });
    return "error" in verdict ? [verdict.error] : [];
  });
}

async function createRig(subject: Subject, system: StartedSystem, proxy: RecordingProxy): Promise<Rig> {
  const { kinds } = compileConnector(subject.connector);
  const reach = subject.reach ?? ((baseUrl: string) => ({ baseUrl }));
  const connection = { ...system.connection, ...reach(proxy.url) };
  const open = () => openTestSession(subject.connector, { connection, credentials: system.credentials });
  let current = await open();
  const kindOf = (name: string): Kind => {
    const kind = kinds.get(name);
    if (!kind) throw new Error(`${subject.connector.platform} has no kind ${name}.`);
    return kind;
  };
  const rig: Rig = {
    proxy,
    credentials: system.credentials,
    get session() {
      return current.session;
    },
    async reopen() {
      await current.close();
      current = await open();
    },
    close: () => current.close(),
    list: (name, parent) => listAll(rig, kindOf(name), parent),
    find: (name, entry) => findOne(rig, kindOf(name), entry),
    create: (name, entry) => create(rig, kindOf(name), entry),
    update: (name, entry) => update(rig, kindOf(name), entry),
    async remove(name, observed) {
      const { remove, archived } = kindOf(name).resource;
      const writer = rig.session.writer;
      await rig.session.guardErrors(async () =>
        remove ? remove(writer, observed) : archived?.archive(writer, observed),
      );
    },
    async differences(name, entry) {
      const { differences, unreadable } = await compare(rig, kindOf(name), entry);
      return [...differences.map(({ path }) => path), ...unreadable.map((path) => `${path} (not readable)`)];
    },
    parent: (name) => parentFor(rig, kindOf(name), subject.kinds),
    resolve: (name, entry) => resolveReferences(rig, kindOf(name), entry, subject),
  };
  return rig;
}

async function listAll(rig: Rig, kind: Kind, below?: ObservedParent): Promise<Observed[]> {
  const parents = kind.parent ? [below ?? (await rig.parent(kind.kind))] : [];
  const found: Observed[] = [];
  await rig.session.guardErrors(async () => {
    for await (const one of kind.resource.list(rig.session.reader, { parents, keys: "all", fields: "all" })) {
      if ("error" in one) throw one.error;
      found.push(one);
    }
  });
  return found;
}

async function findOne(rig: Rig, kind: Kind, entry: Spec): Promise<Observed | undefined> {
  const keyOf = (spec: Spec): string => {
    const key = kind.resource.key(spec);
    return kind.resource.normalizeKey?.(key) ?? key;
  };
  const found = (await rig.list(kind.kind)).filter((one) => keyOf(one.spec as Spec) === keyOf(entry));
  if (found.length > 1) throw new Error(`Two ${kind.kind} have the key ${keyOf(entry)}.`);
  const [one] = found;
  if (!one || !kind.resource.detail) return one;
  const lacking = new Set(Object.keys(entry).filter((name) => !(name in one.spec) && isReadable(kind, name)));
  if (lacking.size === 0) return one;
  for await (const more of kind.resource.detail(rig.session.reader, [one], lacking)) {
    return { ...one, ...more, spec: { ...one.spec, ...more.spec } };
  }
  return one;
}

function isReadable(kind: Kind, name: string): boolean {
  const field = kind.schema.properties?.[name];
  return !field?.writeOnly && !field?.["x-plumbline-create-only"];
}

/** Makes a thing, and sets at once what creating could not. */
async function create(rig: Rig, kind: Kind, entry: Spec): Promise<void> {
  const { resource } = kind;
  const { writer, guardErrors } = rig.session;
  const desired = await rig.resolve(kind.kind, entry);
  const parent = await rig.parent(kind.kind);
  const created = await guardErrors(async () => resource.create?.(writer, { desired, parent }));
  if (!created?.unset?.length) return;
  const observed = { id: created.id, spec: desired, ...(kind.parent ? { parent } : {}) };
  const changes = Object.fromEntries(created.unset.map((name) => [name, desired[name]]));
  const lists = Object.fromEntries(
    created.unset.flatMap((name) =>
      Array.isArray(desired[name]) ? [[name, { added: desired[name], removed: [] }]] : [],
    ),
  );
  await guardErrors(async () => resource.update?.(writer, { observed, desired, changes, lists }));
}

async function compare(rig: Rig, kind: Kind, entry: Spec) {
  const observed = await rig.find(kind.kind, entry);
  if (!observed) throw new Error(`There is no ${kind.kind} for ${JSON.stringify(Object.keys(entry))}.`);
  const desired = await rig.resolve(kind.kind, entry);
  const normalize = (spec: Spec): Spec => kind.resource.normalize?.(spec) ?? spec;
  const skip = new Set(kind.resource.archived ? ["archived"] : []);
  const comparison = compileComparer(kind.schema, skip)(normalize(desired), normalize(observed.spec as Spec));
  return { observed, desired, ...comparison };
}

async function update(rig: Rig, kind: Kind, entry: Spec): Promise<string[]> {
  const { observed, desired, differences } = await compare(rig, kind, entry);
  const names = [...new Set(differences.map(({ field }) => field))];
  const changes = Object.fromEntries(names.map((name) => [name, desired[name]]));
  const lists: Record<string, ListDelta> = Object.fromEntries(
    differences.flatMap(({ path, delta }) => (delta ? [[path.slice(1), delta]] : [])),
  );
  const request = { observed, desired, changes, lists };
  await rig.session.guardErrors(async () => kind.resource.update?.(rig.session.writer, request));
  return names;
}

async function parentFor(rig: Rig, kind: Kind, cases: Readonly<Record<string, KindCase>>): Promise<ObservedParent> {
  if (!kind.parent) return noParent;
  const entry = cases[kind.parent.kind]?.entries[0];
  if (!entry) throw new Error(`The suite needs entries of ${kind.parent.kind}.`);
  if (!(await rig.find(kind.parent.kind, entry))) await rig.create(kind.parent.kind, entry);
  const found = await rig.find(kind.parent.kind, entry);
  if (!found) throw new Error(`${kind.parent.kind} was made and is not listed.`);
  const above = await rig.parent(kind.parent.kind);
  const key = [...above.key, kind.parent.resource.key(found.spec as Spec)];
  return { id: found.id, key, spec: found.spec, raw: found.raw, ...(above === noParent ? {} : { parent: above }) };
}

async function resolveReferences(rig: Rig, kind: Kind, entry: Spec, subject: Subject): Promise<Spec> {
  const mapper = compileReferences(kind.schema as AnnotatedSchema);
  if (!mapper) return entry;
  const wanted = new Map<string, Set<string>>();
  mapper(entry, (target, value) => {
    wanted.set(target, (wanted.get(target) ?? new Set()).add(value));
    return value;
  });
  const ids = new Map<string, string>();
  for (const [target, names] of wanted) {
    for (const name of names) ids.set(`${target}\n${name}`, await idOf(rig, target, name, subject));
  }
  return mapper(entry, (target, value) => ids.get(`${target}\n${value}`) as string);
}

/** A reference leads to what a lookup knows, or to an entry of the suite, which is made when it is not there. */
async function idOf(rig: Rig, target: string, name: string, subject: Subject): Promise<string> {
  const lookup = subject.connector.lookups?.[target];
  const found = lookup && (await rig.session.guardErrors(() => lookup.resolve(rig.session.reader, [name]))).get(name);
  if (found !== undefined) return found;
  const resource = subject.connector.resources?.[target];
  const entry = subject.kinds[target]?.entries.find((one) => resource?.key(one) === name);
  if (!entry) throw new Error(`Nothing is known of the ${target} "${name}".`);
  if (!(await rig.find(target, entry))) await rig.create(target, entry);
  return (await rig.find(target, entry))?.id as string;
}
