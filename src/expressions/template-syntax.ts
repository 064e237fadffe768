/**
 * Templates, read and checked: Handlebars' syntax, as much of it as means something here.
 *
 * Partials, decorators, named arguments and helpers that nobody knows are mistakes at this point, not when an
 * event arrives.
 */
import handlebars from "handlebars/dist/cjs/handlebars/compiler/base.js";
import { didYouMean } from "../manifests/nearest.ts";
import { blockHelpers, valueHelpers } from "./template-helpers.ts";

export interface Location {
  start: { line: number; column: number };
}

export interface PathNode {
  type: "PathExpression";
  data: boolean;
  depth: number;
  parts: readonly string[];
  original: string;
  loc: Location;
}

export interface LiteralNode {
  type: "StringLiteral" | "NumberLiteral" | "BooleanLiteral" | "NullLiteral" | "UndefinedLiteral";
  value?: unknown;
  original: unknown;
  loc: Location;
}

export interface CallNode {
  type: "SubExpression";
  path: PathNode;
  params: readonly ExpressionNode[];
  loc: Location;
}

export type ExpressionNode = PathNode | LiteralNode | CallNode;

export interface MustacheNode {
  type: "MustacheStatement";
  path: PathNode | LiteralNode;
  params: readonly ExpressionNode[];
  escaped: boolean;
  loc: Location;
}

export interface BlockNode {
  type: "BlockStatement";
  path: PathNode;
  params: readonly ExpressionNode[];
  program?: ProgramNode;
  inverse?: ProgramNode;
  loc: Location;
}

export type StatementNode =
  | MustacheNode
  | BlockNode
  | { type: "ContentStatement"; value: string; loc: Location }
  | { type: "CommentStatement"; loc: Location };

export interface ProgramNode {
  body: readonly StatementNode[];
  blockParams?: readonly string[];
}

/** A template that cannot be used, or not with these values. Its message names paths, never values. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  /** Inside the template's text, from 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The path that is absent or leads to what cannot be inserted, where that is what is wrong. */
  readonly path: string | undefined;

  constructor(message: string, line = 1, column = 1, cause?: unknown, path?: string) {
    super(message, cause === undefined ? undefined : { cause });
    this.line = line;
    this.column = column;
    this.path = path;
  }
}

/** Raises a mistake where a node stands. @param path what it is about, where it is about a path. */
export function mistake(node: { loc: Location }, message: string, path?: string): TemplateError {
  const { line, column } = node.loc.start;
  return new TemplateError(message, line, column + 1, undefined, path);
}

/** @throws TemplateError for the first mistake. */
export function parseProgram(text: string): ProgramNode {
  const program = parsed(text) as ProgramNode;
  checkProgram(program);
  return program;
}

/** Calls back for every path that a template may read, those of helpers' arguments included. */
export function visitPaths(program: ProgramNode, visit: (path: PathNode) => void): void {
  const expression = (node: ExpressionNode): void => {
    if (node.type === "PathExpression") visit(node);
    if (node.type === "SubExpression") node.params.forEach(expression);
  };
  for (const node of program.body) {
    if (node.type !== "MustacheStatement" && node.type !== "BlockStatement") continue;
    if (node.type === "MustacheStatement" && node.params.length === 0) expression(node.path);
    node.params.forEach(expression);
    if (node.type !== "BlockStatement") continue;
    if (node.program) visitPaths(node.program, visit);
    if (node.inverse) visitPaths(node.inverse, visit);
  }
}

function parsed(text: string): unknown {
  try {
    return handlebars.parse(text);
  } catch (cause) {
    if (cause instanceof RangeError) throw new TemplateError("The template is nested too deeply.", 1, 1, cause);
    const { message, lineNumber, column } = cause as { message: string; lineNumber?: number; column?: number };
    const [first = "", near = ""] = message.split("\n");
    const line = lineNumber ?? Number(/on line (\d+)/.exec(first)?.[1] ?? 1);
    const fault = message.endsWith("got 'EOF'") ? "a block is not closed" : "it cannot be read";
    const where = near.trim() === "" ? message.replace(/ - \d+:\d+$/, "") : `${fault} after \`${near.trim()}\``;
    throw new TemplateError(`The template is wrong: ${where}.`, line, (column ?? 0) + 1, cause);
  }
}

function checkProgram({ body }: ProgramNode): void {
  for (const node of body) {
    if (node.type === "MustacheStatement") checkMustache(node);
    else if (node.type === "BlockStatement") checkBlock(node);
    else if (node.type !== "ContentStatement" && node.type !== "CommentStatement") {
      throw mistake(node as StatementNode, "Partials and decorators are not available in templates.");
    }
  }
}

function checkMustache(node: MustacheNode): void {
  refuseNamed(node);
  if (node.params.length > 0) checkCall(node, node.path, node.params);
  else checkExpression(node.path);
}

function checkBlock(node: BlockNode): void {
  refuseNamed(node);
  const name = node.path.original;
  if (!Object.hasOwn(blockHelpers, name)) {
    const known = Object.keys(blockHelpers);
    throw mistake(node, `There is no block {{#${name}}}.${didYouMean(name, known)} There is ${known.join(", ")}.`);
  }
  if (node.params.length !== 1) throw mistake(node, `{{#${name}}} takes one value.`);
  node.params.forEach(checkExpression);
  if (node.program) checkProgram(node.program);
  if (node.inverse) checkProgram(node.inverse);
}

function checkExpression(node: ExpressionNode): void {
  if (node.type === "SubExpression") {
    refuseNamed(node);
    checkCall(node, node.path, node.params);
  } else if (node.type === "PathExpression") {
    const [name = ""] = node.parts;
    if (node.data && !loopVariables.includes(name)) {
      throw mistake(node, `There is no @${name}. There is ${loopVariables.map((one) => `@${one}`).join(", ")}.`);
    }
  }
}

function checkCall(node: { loc: Location }, path: PathNode | LiteralNode, params: readonly ExpressionNode[]): void {
  const name = String(path.original);
  const helper = Object.hasOwn(valueHelpers, name) ? valueHelpers[name] : undefined;
  if (!helper) {
    const known = Object.keys(valueHelpers);
    throw mistake(node, `There is no helper "${name}".${didYouMean(name, known)} There is ${known.join(", ")}.`);
  }
  const [least, most] = helper.takes;
  if (params.length < least || params.length > most) {
    const range = least === most ? `${least}` : `${least} to ${most}`;
    throw mistake(node, `The helper ${name} takes ${range} values, and is given ${params.length}.`);
  }
  params.forEach(checkExpression);
}

function refuseNamed(node: { loc: Location; hash?: unknown }): void {
  if (node.hash !== undefined) throw mistake(node, "Named values (a=b) are not available in templates.");
}

const loopVariables = ["root", "index", "key", "first", "last"];
