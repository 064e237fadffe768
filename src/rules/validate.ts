/**
 * What is wrong with Rules, beyond their schema and their references: names of events and actions, parameters as far
 * as they are constants, templates, expressions, patterns. A rule that no event can come to is warned of.
 *
 * Integrations that could not be read, and platforms whose code may not run now, are not held against a rule.
 */
import type { Integration } from "../api/integration.ts";
import type { Rule } from "../api/rule.ts";
import type { AnnotatedSchema } from "../api/schema.ts";
import type { Connector, Misfit } from "../connector-kit/contract.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import { type FieldProblem, fieldSegments, SchemaChecks } from "../connector-kit/facade/schema-checks.ts";
import { assertPublicUrl, type HostTrust } from "../connector-kit/http/public-address.ts";
import { createCel } from "../expressions/cel.ts";
import { isGlob } from "../expressions/pattern.ts";
import { isTemplate } from "../expressions/template.ts";
import type { LoadedConfiguration } from "../manifests/configuration.ts";
import { declaredOf } from "../manifests/declared.ts";
import { didYouMean, nearest } from "../manifests/nearest.ts";
import { problemAt } from "../manifests/problem.ts";
import { isIntegration, namespaceOf, qualifiedName } from "../manifests/references.ts";
import type { DocumentPath, Manifest, PlatformSource, Problem } from "../manifests/types.ts";
import { builtinActions, isBuiltin } from "./builtin-actions.ts";
import { compileRule } from "./compile-rule.ts";
import { createDirectory, type Directory } from "./directory.ts";
import { deafness } from "./hearing.ts";
import { hostTrust } from "./host-trust.ts";
import { isRule } from "./rule-set.ts";

/** What rules are checked against. */
interface World {
  directory: Directory;
  /** By `namespace/name`. */
  integrations: ReadonlyMap<string, Integration>;
  platforms: Pick<PlatformSource, "load">;
  checks: SchemaChecks;
  trust: HostTrust;
}

/** What rules are checked with, beside the manifests. */
export interface RuleCheckOptions {
  platforms: Pick<PlatformSource, "load">;
  /** The operator's, which says where `http_request` may go. */
  configuration?: LoadedConfiguration | undefined;
}

type Report = (path: DocumentPath, problem: Pick<Problem, "level" | "code" | "message" | "remedy">) => void;

/**
 * Checks the Rules among manifests; the rest is what they refer to.
 *
 * @returns one problem for each mistake, with file, line and column.
 */
export async function checkRules(
  manifests: readonly Manifest[],
  { platforms, configuration }: RuleCheckOptions,
): Promise<Problem[]> {
  const unreadable = (configuration?.problems.length ?? 0) > 0; // what it allows is then unknown, and reported once
  const trust: HostTrust = unreadable ? () => "named" : hostTrust(configuration?.value.allow);
  const found = manifests.filter(isIntegration).map(({ object }) => [qualifiedName(object), object] as const);
  const [directory, integrations] = [createDirectory(manifests), new Map(found)];
  const world: World = { directory, integrations, platforms, checks: new SchemaChecks(), trust };
  const cel = createCel();
  const problems: Problem[] = [];
  for (const manifest of manifests.filter(isRule)) {
    const report: Report = (path, problem) => problems.push(problemAt(manifest, path, problem));
    for (const { path, ...mistake } of compileRule(manifest.object, cel).mistakes) report(path, mistake);
    await checkTrigger(world, manifest.object, report);
    for (const index of manifest.object.spec.actions.keys()) await checkAction(world, manifest.object, index, report);
  }
  return problems;
}

async function checkTrigger(world: World, rule: Rule, report: Report): Promise<void> {
  const { trigger } = rule.spec;
  const { integration, platform, event, type } = trigger;
  const path = ["spec", "trigger"];
  if (integration === undefined && platform === undefined) {
    if (event !== undefined) {
      report([...path, "event"], {
        code: "MissingIntegration",
        message: "`event` is a platform's own name, and the trigger says of which.",
        remedy: "Add `integration`, or use `type` for posted events and Plumbline's own.",
      });
    } else if (type === undefined) {
      report(path, {
        code: "MissingTrigger",
        message: "The trigger names no event.",
        remedy: "Add `integration` or `platform`, or `type` for posted events and Plumbline's own.",
      });
    }
    return;
  }
  const connector = await connectorOf(world, rule, { integration, platform });
  if (connector && event !== undefined) checkEventNames(connector, event, path, report);
  // Of one that is known to have no events it would be no help.
  if (!connector || connector.events) checkHearing(world, rule, report);
}

/** A warning: what is written is right, and may be meant for later. */
function checkHearing({ directory, integrations }: World, rule: Rule, report: Report): void {
  const deaf = deafness(rule, directory, (owner) => integrations.get(owner));
  if (!deaf || "missing" in deaf) return; // what is not there is another problem
  report(["spec", "trigger", rule.spec.trigger.integration === undefined ? "platform" : "integration"], {
    level: "warning",
    code: "NoEvents",
    message: `No event comes to this rule: the Integration ${deaf.takesNone} takes no webhooks.`,
    remedy: `Set spec.events.enabled of ${deaf.takesNone} to true, and make the webhook at its system.`,
  });
}

function checkEventNames(
  { title, events, platform }: Connector,
  event: string | string[],
  path: DocumentPath,
  report: Report,
): void {
  if (!events) return; // what a connector does not describe cannot be wrong
  const { names } = events;
  for (const [index, name] of [event].flat().entries()) {
    if (isGlob(name) || names.includes(name)) continue;
    const bare = name.startsWith(`${platform}.`) ? name.slice(platform.length + 1) : name;
    const near = names.includes(bare) ? ` Did you mean "${bare}"?` : didYouMean(bare, names);
    const known = near || ` It has ${names.slice(0, 12).join(", ")}${names.length > 12 ? " and others" : ""}.`;
    report([...path, "event", ...(Array.isArray(event) ? [index] : [])], {
      code: "UnknownEvent",
      message: `${title} has no event "${name}".${known}`,
    });
  }
}

async function checkAction(world: World, rule: Rule, index: number, report: Report): Promise<void> {
  const step = rule.spec.actions[index] as Rule["spec"]["actions"][number];
  const { integration, platform, action, fallback } = step;
  const path = ["spec", "actions", index];
  if (integration === undefined && platform === undefined) {
    if (isBuiltin(action)) {
      await checkParameters(world, builtinActions[action], step, path, report);
      checkUrl(world, step.parameters?.url, [...path, "parameters", "url"], report);
    } else {
      const near = didYouMean(action, Object.keys(builtinActions));
      report([...path, "action"], {
        code: "MissingIntegration",
        message: `Nothing says where "${action}" is done.${near}`,
        remedy: `Add \`integration\`. Without one there is ${Object.keys(builtinActions).join(" and ")}.`,
      });
    }
    return;
  }
  const connector = await connectorOf(world, rule, { integration, platform });
  const schema = connector && actionSchema(connector, action, [...path, "action"], report);
  let isRight = schema ? await checkParameters(world, schema, step, path, report) : false;
  const misfit = isRight && connector ? misfitOf(world, rule, connector, step, { integration, platform }) : undefined;
  if (misfit) report([...path, "parameters", ...fieldSegments(misfit.field)], unfit(misfit));
  isRight &&= misfit === undefined;
  if (fallback !== undefined) {
    await checkFallback(world, rule, { fallback, step, from: connector, isRight }, path, report);
  }
}

/** @returns why an action's parameters cannot work with what its Integration declares. */
function misfitOf(
  { directory, integrations }: World,
  rule: Rule,
  { actions = {} }: Connector,
  { action, parameters = {} }: Rule["spec"]["actions"][number],
  asked: { integration?: string | undefined; platform?: string | undefined },
): Misfit | undefined {
  const target = directory.find(namespaceOf(rule), asked);
  const object = "missing" in target ? undefined : integrations.get(`${namespaceOf(rule)}/${target.integration}`);
  const known = Object.hasOwn(actions, action) ? actions[action] : undefined;
  return object && known?.fits?.(parameters, declaredOf(object));
}

function unfit({ message, remedy }: Misfit, whose = ""): Pick<Problem, "code" | "message" | "remedy"> {
  return { code: "DoesNotFit", message: `${whose}${message}`, ...(remedy === undefined ? {} : { remedy }) };
}

/** As far as no look-up is needed; an address that comes of a template is judged when it is known. */
function checkUrl({ trust }: World, url: unknown, path: DocumentPath, report: Report): void {
  if (typeof url !== "string" || isTemplate(url) || !/^https?:/i.test(url)) return;
  try {
    assertPublicUrl(url, trust);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    report(path, { code: "NotAllowed", message: error.message });
  }
}

async function checkFallback(
  world: World,
  rule: Rule,
  given: {
    fallback: string;
    step: Rule["spec"]["actions"][number];
    from: Connector | undefined;
    /** Of the action where it goes first: what is wrong there is not said again of the fallback. */
    isRight: boolean;
  },
  path: DocumentPath,
  report: Report,
): Promise<void> {
  const { fallback, step, from, isRight } = given;
  const { action } = step;
  const connector = await connectorOf(world, rule, { integration: fallback });
  if (!connector) return;
  if (connector.platform === from?.platform || Object.hasOwn(connector.actions ?? {}, action)) {
    const misfit = isRight ? misfitOf(world, rule, connector, step, { integration: fallback }) : undefined;
    if (misfit) report([...path, "fallback"], unfit(misfit, `The parameters do not go with ${fallback}. `));
    return;
  }
  report([...path, "fallback"], {
    code: "UnknownAction",
    message: `The fallback ${fallback} is of the platform ${connector.platform}, which has no action "${action}".`,
  });
}

function actionSchema(
  { title, actions = {} }: Connector,
  action: string,
  path: DocumentPath,
  report: Report,
): AnnotatedSchema | undefined {
  const known = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (known) return known.parameters as unknown as AnnotatedSchema;
  const names = Object.keys(actions);
  const there = names.length === 0 ? " It has none." : didYouMean(action, names) || ` It has ${names.join(", ")}.`;
  report(path, { code: "UnknownAction", message: `${title} has no action "${action}".${there}` });
  return undefined;
}

/** @returns whether nothing was wrong. */
async function checkParameters(
  { checks }: World,
  schema: AnnotatedSchema,
  { parameters = {} }: Rule["spec"]["actions"][number],
  path: DocumentPath,
  report: Report,
): Promise<boolean> {
  const templates = new Map(templatesIn(parameters));
  let isRight = true;
  for (const problem of withoutMisspelt(
    await checks.problems(schema, parameters),
    Object.keys(schema.properties ?? {}),
  )) {
    if (isUndecided(problem, templates)) continue;
    const { code, message } = worded(problem, schema);
    report([...path, "parameters", ...fieldSegments(problem.field)], { code, message });
    isRight = false;
  }
  return isRight;
}

/** @returns all but the fields that are missing since they are there under a misspelt name: that is one mistake. */
function withoutMisspelt(problems: readonly FieldProblem[], known: readonly string[]): FieldProblem[] {
  const unknown = problems.filter(({ problem }) => problem === "unknown");
  const meant = new Set(unknown.map(({ field }) => nearest(field, known)));
  return problems.filter(({ problem, field }) => problem !== "missing" || !meant.has(field));
}

/** A template's result is known only with an event, but one with text around its braces is a text for sure. */
function isUndecided({ field, problem, text }: FieldProblem, templates: ReadonlyMap<string, string>): boolean {
  const template = templates.get(field);
  if (problem !== "invalid" || template === undefined) return false;
  const surelyText = !/^\s*\{\{[^{}]*\}\}\s*$/.test(template);
  return !(surelyText && /^must be (integer|number|boolean|array|object|null)$/.test(text));
}

function templatesIn(value: unknown, field = ""): [field: string, text: string][] {
  if (typeof value === "string") return isTemplate(value) ? [[field, value]] : [];
  if (typeof value !== "object" || value === null) return [];
  const name = (key: string) => (Array.isArray(value) ? `${field}[${key}]` : field === "" ? key : `${field}.${key}`);
  return Object.entries(value).flatMap(([key, inner]) => templatesIn(inner, name(key)));
}

function worded({ field, problem, text }: FieldProblem, schema: AnnotatedSchema): Pick<Problem, "code" | "message"> {
  if (problem === "missing") return { code: "MissingParameter", message: `The parameter "${field}" is missing.` };
  if (problem === "invalid") {
    const what = field === "" ? "The parameters do not fit:" : `The parameter "${field}"`;
    return { code: "InvalidParameter", message: `${what} ${text}.` };
  }
  const known = Object.keys(schema.properties ?? {});
  const there = didYouMean(field, known) || ` There is ${known.join(", ") || "none"}.`;
  return { code: "UnknownParameter", message: `There is no parameter "${field}".${there}` };
}

/** @returns undefined where it is unknown, which `references.ts` reports, or may not be loaded. */
async function connectorOf(
  { directory, platforms }: World,
  rule: Rule,
  asked: { integration?: string | undefined; platform?: string | undefined },
): Promise<Connector | undefined> {
  const target = directory.find(namespaceOf(rule), asked);
  if ("missing" in target) return undefined;
  const platform = await platforms.load(target.platform);
  return typeof platform === "object" ? platform.compiled.connector : undefined;
}
