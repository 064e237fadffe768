/**
 * Webhooks of a repository or an organisation as GitHub keeps them, where the emulator differs
 * (docs.github.com/rest/repos/webhooks): an address is taken once, a form is the default, a secret is answered as
 * asterisks, `config` is replaced whole and loses its secret, and has an address of its own for single fields.
 */
import { type Answer, fieldsOf, isRecord, json, parsed, type Received } from "../loopback.ts";
import { all, type GitHubState, invalid, withBody } from "./state.ts";

const hookPath = /^((?:\/repos\/[^/]+\/[^/]+|\/orgs\/[^/]+)\/hooks)(?:\/(\d+)(\/config)?)?$/;
const defaults = { content_type: "form", insecure_ssl: "0" };

type Fields = Record<string, unknown>;

/** Answers what concerns hooks; leaves pings and deliveries alone. */
export async function hooks(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const [, list, id, config] = hookPath.exec(request.path) ?? [];
  if (list === undefined) return undefined;
  if (request.method === "POST" && id === undefined) return create(state, request, list);
  if (config !== undefined) return configOf(state, request, `${list}/${id}`);
  if (request.method === "PATCH") return replace(state, request, Number(id));
  if (request.method === "DELETE") state.configuration.hookSecrets.delete(Number(id));
  return shown(state, await state.forward(request));
}

async function create(state: GitHubState, request: Received, list: string): Promise<Answer> {
  const body = fieldsOf(request.body);
  const given: Fields = isRecord(body.config) ? body.config : {};
  const taken = (await all(state, list)).some((hook) => (hook.config as Fields).url === given.url);
  if (taken) {
    const message = "Hook already exists on this repository";
    return invalid("Validation Failed", [{ resource: "Hook", code: "custom", message }]);
  }
  const answer = await state.forward(withBody(request, { ...body, config: { ...defaults, ...given } }));
  if (answer.status === 201) remember(state, Number(fieldsOf(answer.body).id), given.secret);
  return shown(state, answer);
}

/** A `config` that is given takes the place of the whole old one. */
async function replace(state: GitHubState, request: Received, id: number): Promise<Answer> {
  const body = fieldsOf(request.body);
  if (!isRecord(body.config)) return shown(state, await state.forward(request));
  const { secret = null } = body.config;
  const config = { ...defaults, ...body.config, secret };
  const answer = await state.forward(withBody(request, { ...body, config }));
  if (answer.status === 200) remember(state, id, secret);
  return shown(state, answer);
}

async function configOf(state: GitHubState, request: Received, hook: string): Promise<Answer | undefined> {
  if (request.method !== "GET" && request.method !== "PATCH") return undefined;
  const given = fieldsOf(request.body);
  const body = request.method === "PATCH" ? { config: given } : undefined;
  const answer = await state.forward({
    ...request,
    path: hook,
    body: Buffer.from(body ? JSON.stringify(body) : ""),
  });
  if (answer.status !== 200) return answer;
  if (given.secret !== undefined) remember(state, Number(hook.split("/").at(-1)), given.secret);
  return json(200, fieldsOf(shown(state, answer).body).config);
}

function remember({ configuration: { hookSecrets } }: GitHubState, id: number, secret: unknown): void {
  if (typeof secret === "string" && secret !== "") hookSecrets.set(id, secret);
  else hookSecrets.delete(id);
}

function shown({ configuration: { hookSecrets } }: GitHubState, answer: Answer): Answer {
  if (answer.status >= 300) return answer;
  const mask = (hook: unknown): unknown => {
    if (!isRecord(hook) || !hookSecrets.has(Number(hook.id))) return hook;
    return { ...hook, config: { ...(hook.config as Fields), secret: "********" } };
  };
  const body = parsed(answer.body);
  if (body === undefined) return answer;
  return json(answer.status, Array.isArray(body) ? body.map(mask) : mask(body), answer.headers);
}
