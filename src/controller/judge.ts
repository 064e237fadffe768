/**
 * How each Rule and NotificationRoute stands: whether its text is right (`Accepted`), whether what it names is there
 * (`ResolvedRefs`), and whether it does what is written (`Ready`). Pure.
 *
 * It is the text as it is written now that is judged, also where an older version is in force. A reference leads
 * nowhere also where the Integration is declared and never was right, so that nothing of it is in force.
 */
import type { Integration } from "../api/index.ts";
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { Rule } from "../api/rule.ts";
import { isWarning } from "../manifests/problem.ts";
import { REFERENCE_CODES, referenceCheck } from "../manifests/references.ts";
import type { Manifest, Problem } from "../manifests/types.ts";
import { specDigest } from "../reconcile/digest.ts";
import { deafness } from "../rules/hearing.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { Held, Snapshot } from "../sources/source.ts";
import type { Firing } from "../store/firing-types.ts";
import type { FollowerReason } from "./reasons.ts";

export type FollowerKind = Firing["kind"];

/** What is to be said in one condition. */
export interface Verdict {
  status: "True" | "False" | "Unknown";
  reason: FollowerReason;
  message: string;
}

export interface Judgement {
  kind: FollowerKind;
  /** `namespace/name`. */
  name: string;
  /** Of the spec that is in force; left out where none is. */
  digest?: string;
  Accepted: Verdict;
  ResolvedRefs: Verdict;
  Ready: Verdict;
}

/** What is looked at of the desired state. */
export interface Judged {
  snapshot: Pick<Snapshot, "manifests" | "problems" | "held" | "refused">;
  ruleSet: Pick<RuleSet, "broken" | "directory">;
  integration(owner: string): Manifest<Integration> | undefined;
}

/** So many mistakes are told in one message. */
const MOST_TOLD = 3;

/** @returns one for each that is in force, and each that is declared and is not. */
export function judgements(judged: Judged): Judgement[] {
  const { manifests, held, refused = [] } = judged.snapshot;
  const heldBy = new Map(held.map((one) => [identity(one), one]));
  const unresolved = unresolvedIn(judged.snapshot);
  const inForce = manifests.flatMap((manifest) => {
    const { kind, metadata } = manifest.object;
    if (kind === "Integration" || kind === "Scenario") return [];
    const name = `${metadata.namespace ?? DEFAULT_NAMESPACE}/${metadata.name}`;
    const why = heldBy.get(`${kind} ${name}`);
    const found = unresolved(manifest);
    return judgeOne(judged, { kind, name, manifest, ...splitOf(why, found), isHeld: why !== undefined });
  });
  const others = refused.flatMap((one) => {
    if (one.kind === "Integration" || one.kind === "Scenario") return [];
    return judgeOne(judged, { kind: one.kind, name: nameOf(one), ...splitOf(one, []), isHeld: false });
  });
  return [...inForce, ...others];
}

/**
 * What is on record and not among what is declared, while mistakes may hide it.
 *
 * @returns undefined where it is gone for certain.
 */
export function judgeHidden(
  { problems }: Pick<Snapshot, "problems">,
  { kind, name }: Pick<Judgement, "kind" | "name">,
): Judgement | undefined {
  const [first] = problems;
  if (!first) return undefined;
  const message = `No version of it is in force, and what is wrong may hide it. ${said(first)}`;
  const unknown: Verdict = { status: "Unknown", reason: "Unreadable", message };
  return { kind, name, Accepted: unknown, ResolvedRefs: unknown, Ready: { ...unknown, status: "False" } };
}

/** @returns why no event can come to a Rule, though its text is right. */
export function hearsNothing(
  { ruleSet, integration }: Pick<Judged, "ruleSet" | "integration">,
  rule: Rule,
): { code: "NoEvents"; message: string } | undefined {
  const deaf = deafness(rule, ruleSet.directory, (owner) => integration(owner)?.object);
  if (!deaf) return undefined;
  const why =
    "missing" in deaf ? deaf.missing : `${deaf.takesNone} takes no webhooks. Set spec.events.enabled there to true`;
  return { code: "NoEvents", message: `No event comes to it: ${why}.` };
}

interface One {
  kind: FollowerKind;
  name: string;
  /** What is in force; left out: nothing. */
  manifest?: Manifest;
  isHeld: boolean;
  /** What is wrong with its text. */
  wrong: readonly Problem[];
  /** Its references that lead nowhere. */
  unresolved: readonly Problem[];
}

function judgeOne(judged: Judged, one: One): Judgement {
  const Accepted = acceptedOf(judged, one);
  const ResolvedRefs = resolvedOf(one, Accepted);
  const digest = one.manifest ? { digest: specDigest(one.manifest.object.spec) } : {};
  return {
    kind: one.kind,
    name: one.name,
    ...digest,
    Accepted,
    ResolvedRefs,
    Ready: readyOf(judged, one, [Accepted, ResolvedRefs]),
  };
}

function acceptedOf({ ruleSet }: Judged, one: One): Verdict {
  const [broken] = one.kind === "Rule" ? (ruleSet.broken.get(one.name) ?? []) : [];
  const wrong = one.wrong.length > 0 ? toldOf(one.wrong) : broken?.message;
  if (wrong === undefined) return { status: "True", reason: "Accepted", message: "Its text is right." };
  return {
    status: "False",
    reason: "InvalidManifest",
    message: `What is written now is wrong${standing(one)}. ${wrong}`,
  };
}

function resolvedOf(one: One, { status }: Verdict): Verdict {
  const [first] = one.unresolved;
  if (first) {
    const reason = first.code as FollowerReason;
    const stays = one.isHeld || !one.manifest ? `What is written now names what is not there${standing(one)}. ` : "";
    return { status: "False", reason, message: `${stays}${toldOf(one.unresolved)}` };
  }
  if (status === "True" || one.manifest) {
    return { status: "True", reason: "ResolvedRefs", message: "All Integrations that it names are there." };
  }
  return { status: "Unknown", reason: "NotAccepted", message: "What it names is looked at once its text is right." };
}

function readyOf(judged: Judged, { kind, manifest }: One, parts: readonly Verdict[]): Verdict {
  const wrong = parts.find(({ status }) => status !== "True");
  if (wrong) return { ...wrong, status: "False" };
  const deaf = kind === "Rule" && manifest ? hearsNothing(judged, manifest.object as Rule) : undefined;
  if (deaf) return { status: "False", reason: deaf.code, message: deaf.message };
  const message = kind === "Rule" ? "Events are matched against it." : "Events are routed by it.";
  return { status: "True", reason: "Accepted", message };
}

function standing({ isHeld, manifest }: Pick<One, "isHeld" | "manifest">): string {
  if (isHeld) return ", and the last good version is in force";
  return manifest ? "" : ", and no version is in force";
}

/** @param found references of what is in force. */
function splitOf(why: Held | undefined, found: readonly Problem[]): Pick<One, "wrong" | "unresolved"> {
  const own = why ? (why.problems ?? [why.problem]) : [];
  const [wrong, named] = [own.filter((one) => !isReference(one)), own.filter(isReference)];
  const unresolved = [...named, ...found.filter(({ path }) => !named.some((one) => one.path === path))];
  return { wrong: wrong.filter((one) => !isWarning(one)), unresolved };
}

function isReference({ code }: Problem): boolean {
  return REFERENCE_CODES.has(code);
}

/** @returns what finds the references of a manifest that lead to nothing that is in force. */
function unresolvedIn({ manifests, refused = [] }: Judged["snapshot"]): (manifest: Manifest) => Problem[] {
  const check = referenceCheck(manifests);
  const wrong = new Map(refused.map((one) => [identity(one), one]));
  return (manifest) =>
    check(manifest).map((problem) => {
      const { namespace = DEFAULT_NAMESPACE } = manifest.object.metadata;
      const known = wrong.get(`Integration ${namespace}/${String(valueAt(manifest.object, problem.path ?? ""))}`);
      if (!known) return problem;
      return {
        ...problem,
        remedy: `It is declared, and not in force since its manifest is wrong: ${said(known.problem)}`,
      };
    });
}

/** @param path a JSON pointer of names that need no escape. */
function valueAt(object: unknown, path: string): unknown {
  return path
    .split("/")
    .slice(1)
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object);
}

function toldOf(problems: readonly Problem[]): string {
  const told = problems.slice(0, MOST_TOLD).map(said).join(" ");
  return problems.length > MOST_TOLD ? `${told} There are ${problems.length - MOST_TOLD} more.` : told;
}

function said({ file, line, code, message, remedy }: Problem): string {
  const place = [file, line].filter((part) => part !== undefined).join(":");
  const help = remedy ?? (code === "UnknownIntegration" ? "Declare it, or correct the name." : undefined);
  return [place && `${place}:`, message, help].filter(Boolean).join(" ");
}

function identity(one: Held): string {
  return `${one.kind} ${nameOf(one)}`;
}

function nameOf({ namespace, name }: Pick<Held, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}
