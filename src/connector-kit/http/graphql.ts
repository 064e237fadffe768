/**
 * GraphQL, as far as a reader has to understand it: which operations a document holds, and whether
 * an answer is one.
 *
 * The scan follows the lexical grammar (GraphQL specification, October 2021, section 2.1): strings,
 * block strings and comments hide what looks like a keyword, and an operation may itself be called
 * `mutation`. A failed GraphQL call is answered 200 with `errors`, a half-failed one with `data` too.
 */
import type { Classified } from "../http-contract.ts";

/** What a top-level definition of a document may start with; `{` is an anonymous query. */
export type Definition = "query" | "mutation" | "subscription" | "fragment";

const definitions: ReadonlySet<string> = new Set(["query", "mutation", "subscription", "fragment"]);

/** White space, commas, comments and strings in one go, else names, else one character. */
const token =
  /(?:[\s,\uFEFF]|#[^\n\r]*)+|"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n\r])*"|[_A-Za-z][_0-9A-Za-z]*|[\s\S]/g;

/**
 * @returns the keyword of each definition, in order.
 * @throws Error when the document holds something else, or is cut off.
 */
export function definitionsOf(document: string): readonly Definition[] {
  const found: Definition[] = [];
  const open: string[] = [];
  let inDefinition = false;
  for (const [text] of document.matchAll(token)) {
    if (/^[\s,\uFEFF#]/.test(text)) continue;
    if (text === '"') throw new Error("The GraphQL document holds a string that does not end.");
    if (!inDefinition) {
      found.push(startOf(text));
      inDefinition = true;
    }
    if (text === "{" || text === "(" || text === "[") open.push(text);
    if (text === "}" || text === ")" || text === "]") {
      close(open, text);
      inDefinition = open.length > 0 || text !== "}";
    }
  }
  if (inDefinition || found.length === 0) throw new Error("The GraphQL document is empty or cut off.");
  return found;
}

function startOf(text: string): Definition {
  if (text === "{") return "query";
  if (!definitions.has(text)) throw new Error(`The GraphQL document holds "${text}" where an operation starts.`);
  return text as Definition;
}

function close(open: string[], bracket: string): void {
  const pairs: Readonly<Record<string, string>> = { "}": "{", ")": "(", "]": "[" };
  if (open.pop() !== pairs[bracket]) throw new Error(`The GraphQL document holds a "${bracket}" too many.`);
}

/** Whether a path is one of a GraphQL endpoint, which by convention ends in `/graphql`. */
export function isGraphqlPath(path: string): boolean {
  return path.endsWith("/graphql");
}

const codes: Readonly<Record<string, Classified["code"]>> = {
  FORBIDDEN: "PERMISSION",
  INSUFFICIENT_SCOPES: "PERMISSION",
  UNAUTHENTICATED: "AUTH",
  NOT_FOUND: "NOT_FOUND",
  RATE_LIMITED: "RATE_LIMITED",
  RATE_LIMIT: "RATE_LIMITED",
  INTERNAL_SERVER_ERROR: "UNAVAILABLE",
  SERVICE_UNAVAILABLE: "UNAVAILABLE",
  TIMEOUT: "UNAVAILABLE",
};

/**
 * Judges the body of an answer with status 200. Data beside errors is a read cut short.
 *
 * @returns `undefined` when it holds data and no errors.
 */
export function graphqlFailure(body: unknown): Classified | undefined {
  if (typeof body !== "object" || body === null || !("data" in body || "errors" in body)) {
    return { code: "UNAVAILABLE", message: "the answer is not a GraphQL answer" };
  }
  const errors = "errors" in body && Array.isArray(body.errors) ? (body.errors as unknown[]) : [];
  if (errors.length === 0) return undefined;
  const first = errors[0] as { type?: unknown; message?: unknown; extensions?: { code?: unknown } } | null;
  const word = String(first?.type ?? first?.extensions?.code ?? "");
  const message = typeof first?.message === "string" ? first.message : "an error without a message";
  return { code: codes[word] ?? "VALIDATION", message, ...(word === "" ? {} : { platformCode: word }) };
}
