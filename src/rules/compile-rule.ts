/**
 * From a Rule's text to what can be run: patterns, expressions and templates are compiled once.
 *
 * All mistakes of a rule are found here, for `validate` and for the controller alike; a rule with a mistake is not
 * run at all.
 */
import type { Rule } from "../api/rule.ts";
import { createCel, type Expression, ExpressionError } from "../expressions/cel.ts";
import { compileGlob, PatternError, type Test } from "../expressions/pattern.ts";
import { isTemplate, parseTemplate, pathsOf, type Template, TemplateError } from "../expressions/template.ts";
import { namespaceOf, qualifiedName } from "../manifests/references.ts";
import type { DocumentPath } from "../manifests/types.ts";
import { compileConditions } from "./conditions.ts";
import { compileParameters, parameterRenderer, type RenderParameters, visitTemplates } from "./parameters.ts";
import type { CompiledTrigger } from "./trigger.ts";

export interface CompiledAction {
  /** Its `id`, else `action-N`, N from 1. */
  id: string;
  spec: Rule["spec"]["actions"][number];
  when: Expression | undefined;
  render: RenderParameters;
}

export interface CompiledRule {
  namespace: string;
  name: string;
  /** `namespace/name`. */
  qualified: string;
  spec: Rule["spec"];
  trigger: CompiledTrigger;
  actions: readonly CompiledAction[];
  dedupeKey: Template | undefined;
}

export interface Mistake {
  path: DocumentPath;
  code: "InvalidTemplate" | "InvalidExpression" | "InvalidPattern" | "UnknownOutput" | "DuplicateId";
  message: string;
  remedy?: string;
}

export type Cel = ReturnType<typeof createCel>;

/** @param cel kept by the caller, for all rules. */
export function compileRule(rule: Rule, cel: Cel = createCel()): { rule: CompiledRule; mistakes: Mistake[] } {
  const { spec } = rule;
  const compiler = new Compiler(cel);
  const trigger = compiler.trigger(spec.trigger);
  const actions = spec.actions.map((action, index) => compiler.action(action, index, idsBefore(spec, index)));
  compiler.duplicateIds(spec);
  const dedupeKey = spec.dedupe && compiler.template(spec.dedupe.key, ["spec", "dedupe", "key"]);
  const named = { namespace: namespaceOf(rule), name: rule.metadata.name, qualified: qualifiedName(rule) };
  return { rule: { ...named, spec, trigger, actions, dedupeKey }, mistakes: compiler.mistakes };
}

function idsBefore({ actions }: Rule["spec"], index: number): string[] {
  return actions.slice(0, index).flatMap(({ id }) => id ?? []);
}

class Compiler {
  readonly mistakes: Mistake[] = [];
  readonly #cel: Cel;

  constructor(cel: Cel) {
    this.#cel = cel;
  }

  trigger(spec: CompiledTrigger["spec"]): CompiledTrigger {
    const path = ["spec", "trigger"];
    const events = spec.event === undefined ? undefined : [spec.event].flat();
    return {
      spec,
      events: events?.map((event, index) =>
        this.#glob(event, typeof spec.event === "string" ? [...path, "event"] : [...path, "event", index]),
      ),
      type: spec.type === undefined ? undefined : this.#glob(spec.type, [...path, "type"]),
      conditions: compileConditions(spec.conditions),
      when: this.#when(spec.when, [...path, "when"], []),
    };
  }

  action(spec: CompiledAction["spec"], index: number, before: readonly string[]): CompiledAction {
    const path = ["spec", "actions", index];
    const below = (inner: DocumentPath) => [...path, "parameters", ...inner];
    const parameters = compileParameters(spec.parameters ?? {}, (inner, error) => this.#template(below(inner), error));
    visitTemplates(parameters, (template, inner) => this.#outputs(namedOutputs(template), below(inner), before));
    return {
      id: spec.id ?? `action-${index + 1}`,
      spec,
      when: this.#when(spec.when, [...path, "when"], before),
      render: parameterRenderer(parameters),
    };
  }

  template(text: string, path: DocumentPath): Template | undefined {
    try {
      const template = parseTemplate(text);
      this.#outputs(namedOutputs(template), path, []);
      return template;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      this.#template(path, error);
      return undefined;
    }
  }

  duplicateIds({ actions }: Rule["spec"]): void {
    for (const [index, { id }] of actions.entries()) {
      if (id === undefined || actions.findIndex((other) => other.id === id) === index) continue;
      const message = `Two actions have the id "${id}".`;
      this.mistakes.push({ path: ["spec", "actions", index, "id"], code: "DuplicateId", message });
    }
  }

  #when(source: string | undefined, path: DocumentPath, before: readonly string[]): Expression | undefined {
    if (source === undefined) return undefined;
    try {
      const expression = this.#cel.compile(source);
      this.#outputs(expression.outputs, path, before);
      return expression;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const hint = isTemplate(source) ? "An expression takes no braces: write the path alone." : undefined;
      this.mistakes.push({
        path,
        code: error.cause instanceof PatternError ? "InvalidPattern" : "InvalidExpression",
        message: `${error.message} It stands at ${place(error)}.`,
        ...(hint === undefined ? {} : { remedy: hint }),
      });
      return undefined;
    }
  }

  #glob(glob: string, path: DocumentPath): Test {
    try {
      return compileGlob(glob);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.mistakes.push({
        path,
        code: "InvalidPattern",
        message: `The glob ${JSON.stringify(glob)} ${error.message}.`,
      });
      return () => false;
    }
  }

  #template(path: DocumentPath, error: TemplateError): void {
    this.mistakes.push({ path, code: "InvalidTemplate", message: `${error.message} It stands at ${place(error)}.` });
  }

  #outputs(names: readonly string[], path: DocumentPath, before: readonly string[]): void {
    for (const name of names.filter((one) => !before.includes(one))) {
      const known =
        before.length === 0 ? "No action with an id comes before." : `Before it come: ${before.join(", ")}.`;
      this.mistakes.push({ path, code: "UnknownOutput", message: `No earlier action has the id "${name}". ${known}` });
    }
  }
}

function namedOutputs(template: Template): string[] {
  return pathsOf(template).flatMap(([first, id]) => (first === "outputs" && id !== undefined ? [id] : []));
}

function place({ line, column }: { line: number; column: number }): string {
  return line === 1 ? `character ${column}` : `line ${line}, character ${column} of the text`;
}
