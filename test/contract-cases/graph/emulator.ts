/**
 * A tenant on a free port that behaves where it matters as Graph does: tokens that end, reads that lag behind
 * writes, `$batch` with inner statuses in any order, memberships by `$ref`, next links, and a DELETE without
 * `/$ref` that deletes the person.
 *
 * Sources: learn.microsoft.com/graph (json-batching, group-post-members, group-delete-members, paging,
 * throttling).
 */
import { type Answer, fieldsOf, json, type Loopback, type Received, serve } from "../../support/loopback.ts";

export interface StoredGroup {
  id: string;
  displayName: string;
  description: string | null;
  mailNickname: string;
  mailEnabled: boolean;
  securityEnabled: boolean;
  groupTypes: string[];
  /** Ids of people. */
  members: string[];
}

export interface StoredPerson {
  id: string;
  mail: string | null;
  userPrincipalName: string;
}

export interface EntraOptions {
  /** Milliseconds since 1970. */
  now(): number;
  /** How long reads of groups and members lag behind writes, in milliseconds; default 0. */
  lag?: number;
  /** The most that a page holds, whatever was asked for. */
  pageLimit?: number;
}

export interface Entra {
  url: string;
  tenant: string;
  clientId: string;
  clientSecret: string;
  /** The groups as they are now, whatever reads show. */
  groups: StoredGroup[];
  people: StoredPerson[];
  addPerson(userPrincipalName: string, mail?: string): string;
  /** User principal names of a group's members, in ascending order. */
  membersOf(mailNickname: string): string[];
  /** Changes a group behind Plumbline's back. */
  edit(mailNickname: string, change: (group: StoredGroup) => void): void;
  /** The next inner requests whose url holds a text are answered so. */
  failInner(
    text: string,
    answer: { status: number; headers?: Record<string, string>; body?: unknown },
    times?: number,
  ): void;
  tokensGiven(): number;
  close(): Promise<void>;
}

interface Inner {
  id: string;
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
}

const lifetime = 3599;
const origin = "https://graph.microsoft.com";

/** Starts it. Nothing is shared between two of them. */
export async function startEntra(options: EntraOptions): Promise<Entra> {
  const tenant = new Tenant(options);
  const loopback: Loopback = await serve(async (request) => tenant.outer(request));
  return {
    url: loopback.url,
    tenant: "acme.example",
    clientId: Tenant.clientId,
    clientSecret: Tenant.clientSecret,
    groups: tenant.groups,
    people: tenant.people,
    addPerson: (name, mail) => tenant.addPerson(name, mail),
    membersOf: (nickname) => tenant.membersOf(nickname),
    edit(nickname, change) {
      tenant.write(() => change(tenant.groups.find((group) => group.mailNickname === nickname) as StoredGroup));
    },
    failInner: (text, answer, times = 1) => void tenant.faults.push({ text, answer, left: times }),
    tokensGiven: () => tenant.tokens.size,
    close: () => loopback.close(),
  };
}

class Tenant {
  static readonly clientId = "11111111-2222-3333-4444-555555555555";
  static readonly clientSecret = "s3cret~of-the-application.value";
  readonly groups: StoredGroup[] = [];
  readonly people: StoredPerson[] = [];
  readonly tokens = new Map<string, number>();
  readonly faults: {
    text: string;
    answer: { status: number; headers?: Record<string, string>; body?: unknown };
    left: number;
  }[] = [];
  readonly #options: EntraOptions;
  readonly #history: { at: number; groups: StoredGroup[] }[] = [];
  #made = 0;

  constructor(options: EntraOptions) {
    this.#options = options;
  }

  addPerson(userPrincipalName: string, mail: string | null = null): string {
    const id = this.#id();
    this.people.push({ id, mail, userPrincipalName });
    return id;
  }

  membersOf(nickname: string): string[] {
    const members = this.groups.filter((group) => group.mailNickname === nickname).flatMap((group) => group.members);
    return members.map((id) => this.people.find((one) => one.id === id)?.userPrincipalName ?? id).sort();
  }

  /** Keeps what reads go on to see until the lag has passed. */
  write<T>(change: () => T): T {
    this.#history.push({ at: this.#options.now(), groups: structuredClone(this.groups) });
    return change();
  }

  /** What a read sees: the state before the oldest write that is younger than the lag. */
  #visible(): readonly StoredGroup[] {
    const since = this.#options.now() - (this.#options.lag ?? 0);
    return this.#history.find(({ at }) => at > since)?.groups ?? this.groups;
  }

  outer(request: Received): Answer {
    if (request.path.endsWith("/oauth2/v2.0/token")) return this.#token(new URLSearchParams(request.body.toString()));
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if ((this.tokens.get(token) ?? 0) <= this.#options.now()) {
      return refusal(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.");
    }
    if (request.method === "POST" && request.path === "/v1.0/$batch") return this.#batch(request);
    return this.#one(request);
  }

  #token(form: URLSearchParams): Answer {
    if (form.get("grant_type") !== "client_credentials" || !form.get("scope")?.endsWith("/.default")) {
      return json(400, { error: "invalid_scope", error_description: "AADSTS1002012: The scope is not valid." });
    }
    if (form.get("client_secret") !== Tenant.clientSecret || form.get("client_id") !== Tenant.clientId) {
      // A platform that repeats the secret must not make it known.
      const told = `AADSTS7000215: Invalid client secret provided: ${form.get("client_secret")}.`;
      return json(401, { error: "invalid_client", error_description: told });
    }
    const token = `access-token-number-${this.tokens.size + 1}`;
    this.tokens.set(token, this.#options.now() + lifetime * 1000);
    return json(200, { token_type: "Bearer", expires_in: lifetime, ext_expires_in: lifetime, access_token: token });
  }

  #batch(request: Received): Answer {
    const { requests } = fieldsOf(request.body) as { requests?: Inner[] };
    if (!requests || requests.length === 0 || requests.length > 20) {
      return refusal(400, "BadRequest", "Number of requests in batch must be between 1 and 20.");
    }
    // Last comes first: whoever goes by the order is wrong.
    return json(200, { responses: requests.map((inner) => this.#inner(inner, request)).reverse() });
  }

  #inner({ id, method, url, headers = {}, body }: Inner, outer: Received): Record<string, unknown> {
    const fault = this.faults.find(
      (one) => one.left > 0 && `${method} ${url} ${JSON.stringify(body)}`.includes(one.text),
    );
    if (fault) {
      fault.left -= 1;
      return { id, headers: {}, ...fault.answer };
    }
    if (body !== undefined && headers["Content-Type"] !== "application/json") {
      return { id, status: 400, body: { error: { code: "BadRequest", message: "A body needs a Content-Type." } } };
    }
    const [path = "", search = ""] = url.split("?");
    const received = {
      ...outer,
      method,
      path: `/v1.0${path}`,
      query: new URLSearchParams(search),
      body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
    };
    const answer = this.#one(received);
    const text = answer.body.toString();
    return { id, status: answer.status, headers: answer.headers, ...(text === "" ? {} : { body: JSON.parse(text) }) };
  }

  #one(request: Received): Answer {
    const segments = request.path.split("/").slice(2).map(decodeURIComponent);
    const [kind, id, below, member, last] = segments;
    if (kind === "organization") return json(200, { value: [{ id: "tenant-0001", displayName: "Acme" }] });
    if (kind === "users") return this.#users(request, id);
    if (kind !== "groups") return refusal(400, "BadRequest", `Resource not found for the segment '${kind}'.`);
    if (id === undefined)
      return request.method === "POST" ? this.#create(request) : this.#page(request, this.#visible().map(shown));
    if (below === undefined) return this.#group(request, id);
    return this.#members(request, id, member, last);
  }

  #users({ method, query, ...request }: Received, id: string | undefined): Answer {
    if (id !== undefined) {
      const found = this.people.find((one) => one.id === id);
      return found && method === "GET" ? json(200, found) : notFound(id);
    }
    const clauses = (query.get("$filter") ?? "").split(" or ").map((clause) => {
      const [, name = "", literal = ""] = /^(mail|userPrincipalName) eq '((?:[^']|'')*)'$/.exec(clause) ?? [];
      return { name: name as "mail" | "userPrincipalName", value: literal.replaceAll("''", "'").toLowerCase() };
    });
    if (clauses.length > 15) return refusal(400, "Request_UnsupportedQuery", "Too many child clauses.");
    const found = this.people.filter((one) => clauses.some(({ name, value }) => one[name]?.toLowerCase() === value));
    return this.#page({ method, query, ...request }, found);
  }

  #page(request: Received, all: readonly unknown[]): Answer {
    const asked = Number(request.query.get("$top") ?? 100);
    if (asked > 999) return refusal(400, "Request_UnsupportedQuery", "Invalid page size.");
    const size = Math.min(asked, this.#options.pageLimit ?? asked);
    const from = Number(request.query.get("$skiptoken") ?? 0);
    const rest = new URLSearchParams([...request.query].filter(([name]) => name !== "$skiptoken"));
    const next = `http://${request.headers.host}${request.path}?${rest}&$skiptoken=${from + size}`;
    const more = from + size < all.length;
    return json(200, { ...(more ? { "@odata.nextLink": next } : {}), value: all.slice(from, from + size) });
  }

  #create(request: Received): Answer {
    const fields = fieldsOf(request.body) as Partial<StoredGroup>;
    for (const name of ["displayName", "mailNickname", "mailEnabled", "securityEnabled"] as const) {
      if (fields[name] === undefined) {
        return refusal(400, "Request_BadRequest", `A value is required for property '${name}' of resource 'Group'.`);
      }
    }
    if (fields.description === "") return refusal(400, "Request_BadRequest", "Invalid value for 'description'.");
    const made = {
      description: null,
      groupTypes: [],
      ...fields,
      id: this.#id(),
      members: [],
    } as unknown as StoredGroup;
    this.write(() => this.groups.push(made));
    return json(201, shown(made));
  }

  #group(request: Received, id: string): Answer {
    if (request.method === "GET") {
      const seen = this.#visible().find((group) => group.id === id);
      return seen ? json(200, shown(seen)) : notFound(id);
    }
    const group = this.groups.find((one) => one.id === id);
    if (!group) return notFound(id);
    this.write(() => {
      if (request.method === "DELETE") this.groups.splice(this.groups.indexOf(group), 1);
      else Object.assign(group, fieldsOf(request.body));
    });
    return nothing();
  }

  #members(request: Received, id: string, member: string | undefined, last: string | undefined): Answer {
    if (request.method === "GET") {
      const seen = this.#visible().find((group) => group.id === id);
      return seen
        ? this.#page(
            request,
            seen.members.map((one) => ({ id: one })),
          )
        : notFound(id);
    }
    const group = this.groups.find((one) => one.id === id);
    if (!group) return notFound(id);
    if (request.method === "POST" && member === "$ref") return this.#add(group, fieldsOf(request.body));
    if (request.method !== "DELETE" || member === undefined) return refusal(405, "BadRequest", "Unsupported.");
    if (last !== "$ref") {
      // As on Graph, this is the person's address by way of the group.
      this.people.splice(
        this.people.findIndex((one) => one.id === member),
        1,
      );
      return nothing();
    }
    const at = group.members.indexOf(member);
    if (at < 0) return notFound(member);
    this.write(() => group.members.splice(at, 1));
    return nothing();
  }

  #add(group: StoredGroup, body: Record<string, unknown>): Answer {
    const address = String(body["@odata.id"]);
    const person = address.slice(address.lastIndexOf("/") + 1);
    if (!address.startsWith(`${origin}/v1.0/directoryObjects/`))
      return refusal(400, "Request_BadRequest", "Invalid URL.");
    if (!this.people.some(({ id }) => id === person)) return notFound(person);
    if (group.members.includes(person)) {
      const told =
        "One or more added object references already exist for the following modified properties: 'members'.";
      return refusal(400, "Request_BadRequest", told);
    }
    this.write(() => group.members.push(person));
    return nothing();
  }

  #id(): string {
    this.#made += 1;
    return `00000000-0000-4000-8000-${String(this.#made).padStart(12, "0")}`;
  }
}

function shown({ members: _members, ...group }: StoredGroup): Omit<StoredGroup, "members"> {
  return group;
}

function nothing(): Answer {
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

function notFound(id: string): Answer {
  return refusal(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

function refusal(status: number, code: string, message: string): Answer {
  return json(status, { error: { code, message, innerError: { "request-id": "r-1" } } });
}
