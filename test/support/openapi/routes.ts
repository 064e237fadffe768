/**
 * Which operation of a description a request is, by method and full URL path.
 *
 * A server's own path (`https://api.trello.com/1`) goes before the operation's; origins do not count, so
 * that a description holds for a proxy and an emulator too. Of several templates that match, the one with
 * the fewest variables is meant.
 */
import type { Schema } from "./schemas.ts";

export interface Parameter {
  name: string;
  in: "query" | "path" | "header" | "cookie";
  required?: boolean;
  schema?: Schema;
  style?: string;
  explode?: boolean;
}

export interface Operation {
  operationId: string;
  parameters: readonly Parameter[];
  requestBody: { required?: boolean; content: Readonly<Record<string, { schema?: Schema }>> } | undefined;
}

export interface Route {
  method: string;
  pattern: RegExp;
  /** The names of the path's variables, in order. */
  variables: readonly string[];
  operation: Operation;
}

interface Server {
  url: string;
}

interface PathItem {
  servers?: readonly Server[];
  parameters?: readonly unknown[];
  [method: string]: unknown;
}

/** An OpenAPI document, as far as the check needs it. */
export interface Description {
  servers?: readonly Server[];
  paths: Readonly<Record<string, PathItem>>;
  components?: { schemas?: Readonly<Record<string, Schema>>; [kind: string]: unknown };
}

const methods = ["get", "put", "post", "patch", "delete", "head", "options"];

/** All operations, the most exact template first. */
export function routesOf(description: Description): Route[] {
  const routes: Route[] = [];
  for (const [template, item] of Object.entries(description.paths)) {
    for (const method of methods) {
      const operation = item[method] as
        | (Omit<Operation, "parameters"> & { servers?: readonly Server[]; parameters?: unknown[] })
        | undefined;
      if (!operation) continue;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      const servers = operation.servers ?? item.servers ?? description.servers ?? [];
      for (const prefix of new Set(servers.map(({ url }) => pathOf(url)))) {
        routes.push({
          method: method.toUpperCase(),
          ...compileTemplate(prefix + template),
          operation: {
            operationId: operation.operationId,
            parameters: parameters.map((parameter) => dereference(description, parameter) as Parameter),
            requestBody: dereference(description, operation.requestBody) as Operation["requestBody"],
          },
        });
      }
    }
  }
  return routes.toSorted((a, b) => a.variables.length - b.variables.length);
}

/** The route of a request and the values of its path's variables. */
export function match(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; values: string[] } | undefined {
  for (const route of routes) {
    const found = route.method === method ? route.pattern.exec(path) : null;
    if (found) return { route, values: found.slice(1).map((value) => decodeURIComponent(value)) };
  }
  return undefined;
}

/** A server's path without a final slash; its variables stand only in origins. */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]*/, "").replace(/\/$/, "");
}

function compileTemplate(template: string): { pattern: RegExp; variables: string[] } {
  const variables: string[] = [];
  const source = template.split(/(\{[^}]+\})/).map((part) => {
    if (!part.startsWith("{")) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    variables.push(part.slice(1, -1));
    return "([^/]+)";
  });
  return { pattern: new RegExp(`^${source.join("")}$`), variables };
}

function dereference(description: Description, value: unknown): unknown {
  const reference = (value as { $ref?: string } | undefined)?.$ref;
  if (reference === undefined) return value;
  const segments = reference.replace(/^#\//, "").split("/");
  return segments.reduce<unknown>(
    (at, name) => (at as Record<string, unknown>)[name.replaceAll("~1", "/")],
    description,
  );
}
