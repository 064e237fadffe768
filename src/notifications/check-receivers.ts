/**
 * Whether the receivers of NotificationRoutes can deliver: their platform takes notifications, and the target fits what
 * its connector says of one. The target of a receiver is its fallback's too, as far as that one knows its fields.
 *
 * A receiver stands once, however many routes inherit it. Integrations that are not there are `references.ts`' matter;
 * of platforms whose code may not run now nothing is known.
 */
import type { Integration } from "../api/integration.ts";
import type { NestedRoute, NotificationRoute } from "../api/notification-route.ts";
import type { AnnotatedSchema } from "../api/schema.ts";
import type { Declared, Misfit } from "../connector-kit/contract.ts";
import { type FieldProblem, fieldProblems, fieldSegments } from "../connector-kit/facade/schema-checks.ts";
import { declaredOf } from "../manifests/declared.ts";
import { didYouMean } from "../manifests/nearest.ts";
import { problemAt } from "../manifests/problem.ts";
import { isIntegration, namespaceOf, qualifiedName } from "../manifests/references.ts";
import type { DocumentPath, Manifest, Platform, PlatformSource, Problem } from "../manifests/types.ts";
import { isRoute } from "./route-manifests.ts";
import type { Receiver } from "./route-options.ts";
import { targetFor } from "./target.ts";

type Said = Pick<Problem, "code" | "message" | "remedy">;

/** What a receiver or its fallback leads to, and where that is said. */
interface Delivering {
  integration: string;
  platform: Platform;
  declared: Declared;
  receiver: Receiver;
  isFallback: boolean;
  /** Of the receiver. */
  path: DocumentPath;
}

/** @returns one problem for each mistake, with file, line and column. */
export async function checkReceivers(
  manifests: readonly Manifest[],
  platforms: Pick<PlatformSource, "load">,
): Promise<Problem[]> {
  const known = manifests.filter(isIntegration).map(({ object }) => [qualifiedName(object), object] as const);
  const integrations = new Map(known);
  const problems: Problem[] = [];
  for (const manifest of manifests.filter(isRoute)) {
    for (const { receiver, path } of receiversOf(manifest.object.spec, ["spec"])) {
      let isRight = true;
      for (const [integration, isFallback] of namesOf(receiver)) {
        const object = integrations.get(`${namespaceOf(manifest.object)}/${integration}`);
        const platform = object && (await platforms.load(object.spec.platform));
        if (typeof platform !== "object") continue;
        const declared = declaredOf(object as Integration);
        const all = await mistakesOf({ integration, platform, declared, receiver, isFallback, path });
        // What the receiver leaves out, its fallback mostly lacks for the same reason.
        const found = isRight ? all : all.filter(([, { code }]) => code !== "DoesNotFit");
        isRight &&= all.length === 0;
        problems.push(...found.map(([at, said]) => problemAt(manifest, at, said)));
      }
    }
  }
  return problems;
}

function receiversOf(
  { receivers = [], routes = [] }: NotificationRoute["spec"] | NestedRoute,
  path: DocumentPath,
): { receiver: Receiver; path: DocumentPath }[] {
  return [
    ...receivers.map((receiver, index) => ({ receiver, path: [...path, "receivers", index] })),
    ...routes.flatMap((route, index) => receiversOf(route, [...path, "routes", index])),
  ];
}

function namesOf({ integration, fallback }: Receiver): [integration: string, isFallback: boolean][] {
  return [[integration, false], ...(fallback === undefined ? [] : [[fallback, true] as [string, boolean]])];
}

async function mistakesOf(delivering: Delivering): Promise<[DocumentPath, Said][]> {
  const { platform, integration, receiver, isFallback, path } = delivering;
  const { notify, title, target, targetFits } = platform.compiled.connector;
  if (!notify) {
    const message = `${integration} cannot be told anything: ${title} delivers no notifications.`;
    const remedy = "Name an Integration of another platform; `plumbline connectors` says which deliver notifications.";
    return [[[...path, isFallback ? "fallback" : "integration"], { code: "NoNotifications", message, remedy }]];
  }
  const check = await platform.target?.();
  const schema = target as AnnotatedSchema | undefined;
  if (!check || !schema) return [];
  const whole = targetFor(receiver.target ?? {}, schema, isFallback);
  if (!check(whole)) {
    const problems = fieldProblems(check.errors ?? []);
    return problems.map((problem) => [placeOf(problem, delivering), said(problem, delivering)]);
  }
  const misfit = targetFits?.(whole, delivering.declared);
  return misfit ? [[placeOf({ field: misfit.field, problem: "missing" }, delivering), unfit(misfit, delivering)]] : [];
}

function unfit({ message, remedy }: Misfit, { platform, integration }: Delivering): Said {
  const { title } = platform.compiled.connector;
  const whole = `The target does not go with ${integration}, of ${title}. ${message}`;
  return { code: "DoesNotFit", message: whole, ...(remedy === undefined ? {} : { remedy }) };
}

/** What a fallback lacks stands nowhere, so it is the fallback that is shown. */
function placeOf(
  { field, problem }: Pick<FieldProblem, "field" | "problem">,
  { path, receiver, isFallback }: Delivering,
): DocumentPath {
  if (isFallback && problem === "missing") return [...path, "fallback"];
  return receiver.target === undefined ? path : [...path, "target", ...fieldSegments(field)];
}

function said({ field, problem, text }: FieldProblem, { platform, integration, isFallback }: Delivering): Said {
  const { title, target } = platform.compiled.connector;
  const { properties = {} } = target as unknown as AnnotatedSchema;
  const whose = `${title}'s target${isFallback ? `, which the fallback ${integration} is given too,` : ""}`;
  const fields = Object.keys(properties);
  if (problem === "missing") {
    const about = properties[field]?.description;
    const remedy = `Add ${field}${about === undefined ? "." : `: ${about}`}`;
    return { code: "MissingField", message: `${whose} lacks the field "${field}".`, remedy };
  }
  if (problem === "unknown") {
    const near = didYouMean(field, fields);
    const message = `${whose} has no field "${field}".${near}`;
    const remedy = fields.length === 0 ? "Remove it." : `Remove it, or use one of: ${fields.join(", ")}.`;
    return { code: "UnknownField", message, ...(near === "" ? { remedy } : {}) };
  }
  const about = properties[field]?.description;
  const what = field === "" ? whose : `The field "${field}" of ${whose}`;
  return {
    code: "InvalidValue",
    message: `${what} ${text}.`,
    ...(about === undefined ? {} : { remedy: `It is: ${about}` }),
  };
}
