/**
 * Where the connection of one Integration breaks, from its manifest to the system's own limits.
 *
 * Each step rests on those before it. What only reads is asked: a cheap call, the identity, and the first
 * page of each declared kind.
 */
import type { Integration } from "../../api/integration.ts";
import type { Check } from "../../connector-kit/account.ts";
import { ConnectorError, type ErrorCode } from "../../connector-kit/errors.ts";
import type { Quota } from "../../connector-kit/http/rate-headers.ts";
import type { Session } from "../../connector-kit/session.ts";
import { secretReferences } from "../../manifests/secret-references.ts";
import { resolveSecret } from "../../manifests/secrets.ts";
import type { Manifest, Platform } from "../../manifests/types.ts";
import { ownerOf } from "../../reconcile/pass.ts";
import type { Connections } from "../compose.ts";
import { remedies } from "../remedies.ts";
import type { Probe } from "./probe.ts";
import { endsSoon, reach, reachNames } from "./reach.ts";
import { statusPage } from "./status-pages.ts";
import { failed, ok, type Step, skipped, unreached } from "./step.ts";

/** The steps in their order. */
export const connectionNames: readonly string[] = [
  ...["configuration", "secrets"],
  ...reachNames,
  ...["credentials", "permission", "system", "limits"],
];

export interface Diagnosis {
  /** `namespace/name`. */
  integration: string;
  platform: string;
  /** The platform's own status page. */
  statusPage?: string;
  steps: readonly Step[];
}

export interface DiagnosisContext {
  platform: Platform;
  connections: Connections;
  env: Readonly<Record<string, string | undefined>>;
  probe: Probe;
  /** Milliseconds since 1970. */
  now: number;
  /** The system that the state knows this Integration by. */
  recorded: string | undefined;
  /** What answers have told about quotas so far. */
  quotas(): readonly Quota[];
}

/** Never throws for what the system, the network or the manifest does wrong. */
export async function diagnose(manifest: Manifest<Integration>, context: DiagnosisContext): Promise<Diagnosis> {
  const { spec } = manifest.object;
  const steps = await stepsOf(manifest, context);
  const page = statusPage(spec.platform);
  const all = [...steps, ...unreached(connectionNames, steps)];
  return {
    integration: ownerOf(manifest.object),
    platform: spec.platform,
    ...(page === undefined ? {} : { statusPage: page }),
    steps: connectionNames.flatMap((name) => all.find((step) => step.name === name) ?? []),
  };
}

async function stepsOf(manifest: Manifest<Integration>, context: DiagnosisContext): Promise<Step[]> {
  const secrets = await secretsStep(manifest, context);
  const opened = secrets.status === "failed" ? undefined : await open(manifest, context);
  if (opened instanceof ConnectorError) {
    const remedy = "Check spec.connection against `plumbline connectors PLATFORM`.";
    return [failed("configuration", opened.message, remedy), secrets];
  }
  const configuration = ok("configuration", `${manifest.file}, ${context.platform.compiled.connector.title}`);
  if (!opened) return [configuration, secrets];
  // An address that users choose is asked through the guard only, with the test below.
  const guarded = opened.connector.http?.userChosenUrl === true;
  const way = guarded ? [] : await reach({ ...context, origin: opened.origin });
  const steps = [configuration, secrets, ...way];
  return way.some(({ status }) => status === "failed") ? steps : [...steps, ...(await ask(opened, manifest, context))];
}

async function open(manifest: Manifest<Integration>, { connections }: DiagnosisContext) {
  try {
    return await connections.open(manifest);
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}

/** Looks up all references, so that one run names all that are missing. */
async function secretsStep({ object }: Manifest<Integration>, context: DiagnosisContext): Promise<Step> {
  const { connections, platform } = context;
  const references = secretReferences(object, platform.compiled);
  const wrong: string[] = [];
  for (const { reference, path, part } of references) {
    try {
      const value = await resolveSecret(reference, connections.secrets, path.slice(1).join("."));
      if (part !== "connection") connections.transport.redactor.add(value);
    } catch (error) {
      wrong.push((error as Error).message);
    }
  }
  if (wrong.length === 0)
    return ok("secrets", references.length === 0 ? "none are named" : `${references.length} found`);
  const remedy = "Set the variables and write the files in the environment that this runs in.";
  return failed("secrets", wrong.join(" "), remedy);
}

/** Asks the system, once it can be reached. */
async function ask(session: Session, manifest: Manifest<Integration>, context: DiagnosisContext): Promise<Step[]> {
  let check: Check;
  try {
    check = await session.check();
  } catch (error) {
    return [refused(error, "credentials", manifest.object.spec.platform)];
  }
  const account = check.account ? `works as ${check.account.name ?? check.account.id}` : "works";
  const end = check.expiresAt === undefined ? Number.NaN : Date.parse(check.expiresAt);
  const until = check.expiresAt === undefined ? "" : `, until ${check.expiresAt}`;
  const steps = [ok("credentials", `${account}${until}`, endsSoon("the credential", end, context.now))];
  for (const look of [permission, system]) {
    const step = await look(session, manifest, context, check);
    steps.push(step);
    if (step.status === "failed") return steps;
  }
  return [...steps, limits(session, context)];
}

/** The steps that codes are about, whatever was asked. */
const stepsByCode: Readonly<Partial<Record<ErrorCode, string>>> = {
  AUTH: "credentials",
  PERMISSION: "permission",
  RATE_LIMITED: "limits",
  UNAVAILABLE: "system",
  TIMEOUT: "system",
};

/** @param name the step that asked: one before it was found to be right, so the failure cannot be its. */
function refused(error: unknown, name: string, platform: string): Step {
  if (!(error instanceof ConnectorError)) throw error;
  const { code, message } = error;
  const about = stepsByCode[code] ?? name;
  const step = connectionNames.indexOf(about) < connectionNames.indexOf(name) ? name : about;
  const page = code === "UNAVAILABLE" || code === "TIMEOUT" ? statusPage(platform) : undefined;
  const remedy = page === undefined ? remedies[code] : `${remedies[code]} How the platform is: ${page}`;
  return failed(step, `${code}: ${message}`, remedy);
}

async function permission(
  session: Session,
  manifest: Manifest<Integration>,
  { platform }: DiagnosisContext,
  { scopes }: Check,
): Promise<Step> {
  const { resources = {}, platform: name } = manifest.object.spec;
  const kinds = Object.keys(resources).flatMap((kind) => platform.compiled.kinds.get(kind) ?? []);
  try {
    for (const { resource, schema } of kinds) {
      const request = { parents: [], keys: "all", fields: new Set(schema.required ?? []) } as const;
      await session.guardErrors(() => firstOf(resource.list(session.reader, request)));
    }
  } catch (error) {
    return refused(error, "permission", name);
  }
  const told = scopes === undefined ? "the platform does not tell the scopes" : `scopes ${scopes.join(", ") || "none"}`;
  const read = kinds.map(({ kind }) => kind).join(", ");
  return ok("permission", read === "" ? told : `${told}; can read ${read}`);
}

/** One page is enough to tell. */
async function firstOf(things: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of things) return;
}

async function system(
  session: Session,
  { object }: Manifest<Integration>,
  { recorded }: DiagnosisContext,
): Promise<Step> {
  try {
    const identity = await session.identity();
    const found = `${object.spec.platform}/${session.origin}/${identity?.id ?? "-"}`;
    if (identity && recorded !== undefined && recorded !== found) {
      const remedy = "Use the credential of the former system; if the new one is right, apply with --accept-system.";
      return failed("system", `the credential leads to ${found}, and before it led to ${recorded}`, remedy);
    }
    return ok("system", [found, identity?.title && `(${identity.title})`].filter(Boolean).join(" "));
  } catch (error) {
    return refused(error, "system", object.spec.platform);
  }
}

/** A quota of which less than this part is left is worth a look. */
const LITTLE = 0.1;

function limits(session: Session, { quotas, now }: DiagnosisContext): Step {
  const told = quotas();
  const published = session.connector.limits ?? [];
  if (told.length === 0) {
    const known = published.map(({ name, requests, per }) => `${name} ${requests} per ${per}`).join(", ");
    return known === "" ? skipped("limits", "the system tells none") : ok("limits", `published: ${known}`);
  }
  const left = told.map(({ name, remaining, limit, resetAt }) => {
    const minutes = Math.max(0, Math.ceil((resetAt - now) / 60_000));
    return `${name}: ${remaining}${limit === undefined ? "" : ` of ${limit}`} left for ${minutes} min`;
  });
  const low = told.filter(({ remaining, limit }) => limit !== undefined && remaining < limit * LITTLE);
  const warning = low.length === 0 ? undefined : `little is left of ${low.map(({ name }) => name).join(", ")}`;
  return ok("limits", left.join("; "), warning);
}
