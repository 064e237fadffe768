/**
 * Rulesets as GitHub keeps them (docs.github.com/rest/repos/rules, docs.github.com/rest/orgs/rules); the
 * emulator has none. A list lacks rules, and holds the organisation's too unless it is asked not to.
 */
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import { page } from "./pages.ts";
import { type GitHubState, invalid, refusal } from "./state.ts";

export type Ruleset = Record<string, unknown> & { id: number; name: string; source_type: string };

const nothing: Answer = { status: 204, headers: {}, body: Buffer.alloc(0) };

/** Answers what concerns rulesets. */
export async function rulesets(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const match = /^\/(?:repos\/([^/]+\/[^/]+)|orgs\/([^/]+))\/rulesets(?:\/(\d+))?$/.exec(request.path);
  if (!match) return undefined;
  const repository = match[1] === undefined ? undefined : state.repositories.get(match[1].toLowerCase());
  const place = repository ? String(repository.id) : "organization";
  const own = state.rulesets.get(place) ?? new Map<number, Ruleset>();
  state.rulesets.set(place, own);
  const inherited = repository ? [...(state.rulesets.get("organization")?.values() ?? [])] : [];
  if (match[3] === undefined && request.method === "POST") return create(state, own, request, repository !== undefined);
  if (match[3] === undefined) {
    const asked = request.query.get("includes_parents") === "false" ? [] : inherited;
    return page(request, [...asked, ...own.values()], listed);
  }
  const one = own.get(Number(match[3])) ?? inherited.find(({ id }) => id === Number(match[3]));
  if (!one) return refusal(404, "Not Found");
  if (request.method === "GET") return json(200, one);
  if (!own.has(one.id)) return refusal(404, "Not Found");
  if (request.method === "DELETE") {
    own.delete(one.id);
    return nothing;
  }
  const body = fieldsOf(request.body);
  if (isTaken(own, body.name, one.id)) return taken();
  own.set(one.id, { ...one, ...kept(body) });
  return json(200, own.get(one.id));
}

function create(state: GitHubState, own: Map<number, Ruleset>, request: Received, inRepository: boolean): Answer {
  const body = fieldsOf(request.body);
  if (typeof body.name !== "string" || body.enforcement === undefined) return invalid("Validation Failed");
  if (isTaken(own, body.name, undefined)) return taken();
  state.organization.nextId += 1;
  const made: Ruleset = {
    target: "branch",
    bypass_actors: [],
    conditions: { ref_name: { include: [], exclude: [] } },
    rules: [],
    ...kept(body),
    name: body.name,
    id: state.organization.nextId,
    source_type: inRepository ? "Repository" : "Organization",
    source: "acme",
  };
  own.set(made.id, made);
  return json(201, made);
}

/** An actor that is there once is answered with the number 1 or null, whatever was sent. */
function kept(body: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(body.bypass_actors)) return body;
  const actors = (body.bypass_actors as Record<string, unknown>[]).map((actor) => {
    const id = actor.actor_type === "OrganizationAdmin" ? 1 : actor.actor_type === "DeployKey" ? null : actor.actor_id;
    return { bypass_mode: "always", ...actor, actor_id: id };
  });
  return { ...body, bypass_actors: actors.toReversed() };
}

function listed({ rules: _, conditions: __, bypass_actors: ___, ...item }: Ruleset): Record<string, unknown> {
  return item;
}

function isTaken(own: Map<number, Ruleset>, name: unknown, except: number | undefined): boolean {
  return [...own.values()].some((one) => one.name === name && one.id !== except);
}

function taken(): Answer {
  return invalid("Validation Failed", [{ resource: "Ruleset", code: "already_exists", field: "name" }]);
}
