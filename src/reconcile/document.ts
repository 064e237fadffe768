/** The plan as a document: what people read and programs parse. */
import {
  API_VERSION,
  type Change,
  DEFAULT_NAMESPACE,
  type IntegrationPlan,
  PLAN_FORMAT,
  type Plan,
  type PlanSummary,
} from "../api/index.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import { planDigest } from "./digest.ts";
import type { Pass } from "./pass.ts";
import { risksOf } from "./risks.ts";
import type { PlannedChange } from "./types.ts";

/** Makes the document. @param createdAt ISO 8601. */
export function planDocument(passes: readonly Pass[], createdAt: string): Plan {
  return planOf(passes.map(integrationPlan), createdAt);
}

/** Makes the document of parts that are there already. @param createdAt ISO 8601. */
export function planOf(integrations: IntegrationPlan[], createdAt: string): Plan {
  return {
    apiVersion: API_VERSION,
    kind: "Plan",
    format: PLAN_FORMAT,
    createdAt,
    hash: planHash(integrations),
    summary: summarize(integrations),
    integrations,
  };
}

function integrationPlan(pass: Pass): IntegrationPlan {
  if (pass.refused) return pass.refused;
  const { metadata, spec } = pass.manifest.object;
  const decision = pass.decision;
  return {
    name: metadata.name,
    ...(metadata.namespace && metadata.namespace !== DEFAULT_NAMESPACE ? { namespace: metadata.namespace } : {}),
    platform: spec.platform,
    ...(pass.identity?.title === undefined ? {} : { title: pass.identity.title }),
    system: pass.system ?? null,
    mode: spec.policy?.mode ?? "Enforce",
    inventory: pass.memory?.present ? "present" : "absent",
    error: pass.error ?? null,
    ...(decision && decision.failures.length > 0 ? { failures: decision.failures } : {}),
    requests: { read: pass.session?.requests.read ?? 0 },
    unchanged: decision?.unchanged.length ?? 0,
    changes: (decision?.changes ?? []).map((change) => changeDocument(change, pass.compiled)),
    policy: spec.policy ?? {},
  };
}

/** One change as it stands in the document. @param compiled its connector, which says what is risky. */
export function changeDocument(change: PlannedChange, compiled: CompiledConnector | undefined): Change {
  const kind = compiled?.kinds.get(change.kind);
  const risks = kind ? risksOf(kind, change, change.thing?.observed.spec) : [];
  const id = change.thing?.observed.id;
  const source = change.desired?.entry.source;
  return {
    action: change.action,
    ...(change.intended ? { intended: change.intended } : {}),
    kind: change.kind,
    key: change.key,
    ...(id === undefined ? {} : { id }),
    cause: change.cause,
    ...(source ? { source } : {}),
    fields: change.fields,
    ...(risks.length > 0 ? { risks } : {}),
    reason: change.reason,
    ...(change.message === undefined ? {} : { message: change.message }),
  };
}

/** Counts over all integrations. */
export function summarize(integrations: readonly IntegrationPlan[]): PlanSummary {
  const summary = {
    create: 0,
    update: 0,
    replace: 0,
    adopt: 0,
    delete: 0,
    archive: 0,
    unchanged: 0,
    blocked: 0,
    failed: 0,
  };
  for (const integration of integrations) {
    summary.unchanged += integration.unchanged ?? 0;
    summary.failed += (isFailure(integration) ? 1 : 0) + (integration.failures?.length ?? 0);
    for (const { action } of integration.changes) summary[action]++;
  }
  return summary;
}

/** Whether an integration has an error that is one: being suspended is a wish. */
export function isFailure({ error }: Pick<IntegrationPlan, "error">): boolean {
  return error !== null && error.code !== "Suspended";
}

/** What a plan would do, in 64 hex digits: no times, counts or unchanged things. */
export function planHash(integrations: readonly IntegrationPlan[]): string {
  return planDigest({
    format: PLAN_FORMAT,
    integrations: integrations.map((integration) => ({
      name: `${integration.namespace ?? DEFAULT_NAMESPACE}/${integration.name}`,
      system: integration.system,
      policy: integration.policy ?? {},
      changes: integration.changes.map(comparable).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
    })),
  });
}

/** The part of a change that makes it the same change. */
export function comparable({ action, intended, kind, key, id, fields }: Change) {
  return {
    action,
    ...(intended ? { intended } : {}),
    kind,
    key,
    ...(id === undefined ? {} : { id }),
    fields: fields.map(({ path, before, after, afterUnknown, hash }) => ({
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(afterUnknown ? { afterUnknown } : {}),
      ...(hash === undefined ? {} : { hash }),
    })),
  };
}

function sortKey({ kind, key, action, intended }: ReturnType<typeof comparable>): string {
  return `${kind}\n${key}\n${action}\n${intended ?? ""}`;
}
