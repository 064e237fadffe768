/** Variables of repositories and environments, which the emulator lacks (docs.github.com/rest/actions/variables). */
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import { isName, placeOf, wrapped } from "./scopes.ts";
import { type GitHubState, invalid, refusal } from "./state.ts";

const moment = "2026-11-25T12:00:00Z";
const MOST_BYTES = 48 * 1024;

/** Answers what concerns variables. */
export async function variables(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const place = placeOf(state, request.path, "variables");
  if (!place || "status" in place) return place;
  const known = state.configuration.variables.get(place.scope) ?? new Map<string, string>();
  state.configuration.variables.set(place.scope, known);
  if (place.rest === undefined) return ofAll(request, known);
  return ofOne(request, known, place.rest.toUpperCase());
}

function ofAll(request: Received, known: Map<string, string>): Answer | undefined {
  if (request.method === "GET") {
    return wrapped(request, "variables", [...known].sort(), { most: 30, usual: 10, shown });
  }
  if (request.method !== "POST") return undefined;
  const { name, value } = fieldsOf(request.body);
  if (!isName(name) || !isValue(value)) return invalid("Validation Failed");
  if (known.has(name.toUpperCase())) return refusal(409, "Already exists - Variable already exists");
  known.set(name.toUpperCase(), value);
  return json(201, {});
}

function ofOne(request: Received, known: Map<string, string>, name: string): Answer | undefined {
  const value = known.get(name);
  if (value === undefined) return refusal(404, "Not Found");
  if (request.method === "GET") return json(200, shown([name, value]));
  if (request.method === "PATCH") {
    const fields = fieldsOf(request.body);
    const [to, content] = [fields.name ?? name, fields.value ?? value];
    if (!isName(to) || !isValue(content)) return invalid("Validation Failed");
    known.delete(name);
    known.set(to.toUpperCase(), content);
  } else if (request.method === "DELETE") known.delete(name);
  else return undefined;
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

function isValue(value: unknown): value is string {
  return typeof value === "string" && Buffer.byteLength(value) <= MOST_BYTES;
}

function shown([name, value]: readonly [string, string]): Record<string, unknown> {
  return { name, value, created_at: moment, updated_at: moment };
}
