/** Integrations as the HTTP API shows them, and what can be done with one at once. */
import { randomUUID } from "node:crypto";
import type { Integration } from "../../api/index.ts";
import { ConnectorError } from "../../connector-kit/errors.ts";
import { runAction } from "../../connector-kit/facade/action-items.ts";
import type { SchemaChecks } from "../../connector-kit/facade/schema-checks.ts";
import type { Manifest } from "../../manifests/types.ts";
import { HttpError } from "../../server/http-error.ts";
import type {
  DriftReport,
  Health,
  IntegrationSummary,
  IntegrationsPart,
  ObjectName,
  TestReport,
} from "../../server/parts.ts";
import { webhookAddress } from "../../server/webhook-address.ts";
import type { LastingStore, ObjectState } from "../../store/types.ts";
import { type Current, nameOf } from "../current.ts";
import type { Found } from "../found.ts";
import { inboundConditions } from "../inbound/record.ts";
import type { Passes } from "../passes.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Sessions } from "../sessions.ts";
import { webhookTargets } from "./webhooks.ts";

export interface IntegrationsOptions {
  current(): Current | undefined;
  store: Pick<LastingStore, "objects" | "events">;
  sessions: Sessions;
  scheduler: Pick<Scheduler, "reconcile">;
  passes: Pick<Passes, "found">;
  checks: SchemaChecks;
  /** What webhook addresses are built from, once that is known. */
  publicUrl(): string | undefined;
}

export function integrationsPart(options: IntegrationsOptions): IntegrationsPart {
  const { current, store, sessions, scheduler, passes, checks } = options;
  const manifestOf = (name: ObjectName) => current()?.integration(ownerIn(name));

  async function list(): Promise<readonly IntegrationSummary[]> {
    const objects = await store.objects();
    const states = byName(objects, "Integration");
    const targets = new Set(webhookTargets(current()).map(ownerIn));
    return (current()?.integrations ?? []).map((manifest) => {
      const owner = nameOf(manifest.object);
      const url = targets.has(owner) ? options.publicUrl() : undefined;
      const summary = summaryOf(manifest, states.get(owner), url);
      return { ...summary, conditions: [...summary.conditions, ...inboundConditions(objects, owner)] };
    });
  }

  return {
    list,
    get: async (name) => (await list()).find((one) => ownerIn(one) === ownerIn(name)),
    async test(name) {
      return manifestOf(name) && testReport(async () => opened(await sessions.open(name.namespace, name.name)));
    },
    async execute(name, { action, parameters }) {
      if (!manifestOf(name)) return undefined;
      const { compiled, session, hide } = opened(await sessions.open(name.namespace, name.name));
      const actions = compiled.connector.actions ?? {};
      const known = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (!known) throw new HttpError(404, "NotFound", `${compiled.connector.title} has no action "${action}".`);
      const context = { compiled, session, checks, hide, newKey: randomUUID };
      return { result: await runAction(context, [action, known], parameters) };
    },
    async reconcile(name, { confirmRemovals }) {
      if (confirmRemovals !== undefined) {
        const message = "Removals cannot be confirmed here yet. Use plumbline apply --confirm-removals.";
        throw new HttpError(422, "VALIDATION", message);
      }
      return manifestOf(name) && { queued: scheduler.reconcile(ownerIn(name)) };
    },
    health: async (name) => manifestOf(name) && healthOf(passes.found(ownerIn(name))),
    async stats(name) {
      if (!manifestOf(name)) return undefined;
      const [last] = await store.events.events({ integration: ownerIn(name), limit: 1 });
      return { ...sessions.calls(ownerIn(name)), ...(last ? { lastEventAt: last.receivedAt } : {}) };
    },
  };
}

/** What the last passes found, of Integrations that had one. */
export function driftReports(current: Current | undefined, passes: Pick<Passes, "found">): readonly DriftReport[] {
  return (current?.integrations ?? []).map(({ object }) => {
    const { namespace = "default", name } = object.metadata;
    const found = passes.found(nameOf(object));
    if (!found) return { namespace, name, changes: [] };
    const { checkedAt, end, changes } = found;
    return { namespace, name, checkedAt, changes, ...(end.end === "done" ? {} : { error: end.message }) };
  });
}

const ownerIn = ({ namespace, name }: ObjectName) => `${namespace}/${name}`;

/** @returns what is on record of the objects of a kind, by name. */
export async function statesOf(store: Pick<LastingStore, "objects">, kind: string): Promise<Map<string, ObjectState>> {
  return byName(await store.objects(), kind);
}

function byName(objects: readonly ObjectState[], kind: string): Map<string, ObjectState> {
  return new Map(objects.filter((one) => one.kind === kind).map((one) => [one.name, one]));
}

function summaryOf(
  { object: { metadata, spec } }: Manifest<Integration>,
  state: ObjectState | undefined,
  publicUrl: string | undefined,
): IntegrationSummary {
  const name = { namespace: metadata.namespace ?? "default", name: metadata.name };
  return {
    ...name,
    ...titleOf(spec),
    platform: spec.platform,
    suspended: spec.suspend === true,
    ...(state?.system === undefined ? {} : { system: state.system }),
    ...(publicUrl === undefined ? {} : { webhook: webhookAddress(publicUrl, name) }),
    ...stateOf(state),
  };
}

export function titleOf({ title }: { title?: string }): { title?: string } {
  return title === undefined ? {} : { title };
}

/** An object that was never acted on has the generation 1 and no conditions. */
export function stateOf(state: ObjectState | undefined) {
  const { generation = 1, observedGeneration, conditions = [] } = state ?? {};
  return { generation, conditions, ...(observedGeneration === undefined ? {} : { observedGeneration }) };
}

/** @throws HttpError 409 for one that does nothing now. */
function opened(result: Awaited<ReturnType<Sessions["open"]>>) {
  if (result.state === "open") return result;
  throw new HttpError(409, "Conflict", result.message);
}

async function testReport(open: () => Promise<ReturnType<typeof opened>>): Promise<TestReport> {
  const steps: TestReport["steps"][number][] = [];
  try {
    const { session } = await open();
    steps.push({
      name: "connection",
      state: "ok",
      message: `The credentials are there, the address is ${session.origin}.`,
    });
    const { account, scopes, expiresAt } = await session.check();
    const who = account ? `It is the account ${account.name ?? account.id}.` : "It answers.";
    steps.push({ name: "check", state: "ok", message: who });
    if (scopes) steps.push({ name: "scopes", state: "ok", message: scopes.join(", ") || "none" });
    if (expiresAt !== undefined) steps.push({ name: "expiry", state: "ok", message: `It expires at ${expiresAt}.` });
    const identity = await session.identity();
    if (identity) steps.push({ name: "identity", state: "ok", message: identity.title ?? identity.id });
    return { ok: true, steps };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const name = ["connection", "check", "identity"][Math.min(steps.length, 2)] ?? "check";
    return { ok: false, steps: [...steps, { name, state: "failed", message: `${error.code}: ${error.message}` }] };
  }
}

function healthOf(found: Found | undefined): Health {
  if (!found) return { status: "unknown" };
  const { checkedAt, end } = found;
  if (end.end === "done") return { status: "healthy", checkedAt };
  return { status: end.end === "again" ? "unhealthy" : "error", message: end.message, checkedAt };
}
