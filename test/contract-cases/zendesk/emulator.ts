/**
 * A Zendesk account on a free port, with what is peculiar to its triggers: a PUT that empties what it does not
 * hold, values that come back as texts, positions that shift, categories that are required, a last page with
 * a next link, and 200 with an anonymous user where no credential came (developer.zendesk.com, Triggers,
 * Pagination, Users).
 */
import { type Answer, fieldsOf, json, type Received, serve } from "../../support/loopback.ts";

interface Part {
  field: string;
  operator?: string;
  value: unknown;
}

export interface StoredTrigger {
  id: number;
  title: string;
  description: string | null;
  active: boolean;
  category_id: string;
  conditions: { all: Part[]; any: Part[] };
  actions: Part[];
}

export interface ZendeskOptions {
  /** The most that a page holds, whatever was asked for. */
  pageLimit?: number;
  /** Something on the way drops the Authorization header. */
  dropsCredentials?: boolean;
  /** The role of the token's owner; default `admin`. */
  role?: string;
}

export interface Zendesk {
  url: string;
  token: string;
  /** In the order in which they run. */
  triggers: StoredTrigger[];
  trigger(title: string): StoredTrigger;
  /** Adds a trigger at the end, as people do. */
  add(trigger: Partial<StoredTrigger> & { title: string }): StoredTrigger;
  close(): Promise<void>;
}

type Fields = Record<string, unknown>;

const categories = [
  { id: "501", name: "Default" },
  { id: "502", name: "Mail" },
  { id: "503", name: "Routing" },
];

/** Starts it. Nothing is shared between two of them. */
export async function startZendesk(options: ZendeskOptions = {}): Promise<Zendesk> {
  const account = new Account(options);
  const loopback = await serve(async (request) => account.answer(request));
  return {
    url: loopback.url,
    token: Account.token,
    triggers: account.triggers,
    trigger: (title) => account.triggers.find((one) => one.title === title) as StoredTrigger,
    add: (trigger) => account.add(trigger),
    close: () => loopback.close(),
  };
}

class Account {
  static readonly token = "oauth-token-of-the-admin-0001";
  readonly triggers: StoredTrigger[] = [];
  readonly #options: ZendeskOptions;
  #made = 100;

  constructor(options: ZendeskOptions) {
    this.#options = options;
  }

  add(trigger: Partial<StoredTrigger> & { title: string }): StoredTrigger {
    this.#made += 1;
    const made = {
      ...{ description: null, active: true, category_id: "501", conditions: { all: [], any: [] }, actions: [] },
      ...trigger,
      id: this.#made,
    };
    this.triggers.push(made);
    return made;
  }

  answer(request: Received): Answer {
    const given = this.#options.dropsCredentials ? undefined : request.headers.authorization;
    if (request.path === "/api/v2/users/me") return this.#me(given);
    if (given !== `Bearer ${Account.token}`) return unauthorized();
    const [, , , kind, id] = request.path.split("/");
    if (kind === "trigger_categories") return this.#page(request, kind, categories);
    if (kind !== "triggers") return recordNotFound();
    if (request.method === "PUT" && id === "reorder") return this.#reorder(request);
    if (id === undefined) {
      return request.method === "POST"
        ? this.#create(request)
        : this.#page(
            request,
            kind,
            this.triggers.map((one) => this.#shown(one)),
          );
    }
    const trigger = this.triggers.find((one) => String(one.id) === id);
    if (!trigger) return recordNotFound();
    if (request.method === "DELETE") {
      this.triggers.splice(this.triggers.indexOf(trigger), 1);
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    }
    return request.method === "PUT" ? this.#replace(trigger, request) : json(200, { trigger: this.#shown(trigger) });
  }

  #me(given: string | undefined): Answer {
    if (given === undefined) return json(200, { user: { id: null, name: "Anonymous user", role: "end-user" } });
    if (given !== `Bearer ${Account.token}`) return unauthorized();
    return json(200, { user: { id: 77, name: "Plumbline", role: this.#options.role ?? "admin" } });
  }

  /** By cursor where `page[size]` is sent; `links.next` is there on the last page too. */
  #page(request: Received, kind: string, all: readonly unknown[]): Answer {
    const asked = request.query.get("page[size]");
    if (asked === null) return json(200, { [kind]: all.slice(0, 2), next_page: null, count: all.length });
    const size = Math.min(Number(asked), this.#options.pageLimit ?? 100);
    const after = request.query.get("page[after]");
    const from = after === null ? 0 : Number(Buffer.from(after, "base64url").toString());
    const cursor = Buffer.from(String(from + size)).toString("base64url");
    const next = `http://${request.headers.host}${request.path}?page[size]=${asked}&page[after]=${cursor}`;
    const meta = { has_more: from + size < all.length, after_cursor: cursor, before_cursor: null };
    return json(200, { [kind]: all.slice(from, from + size), meta, links: { prev: null, next } });
  }

  #create(request: Received): Answer {
    const trigger = triggerIn(request);
    const wrong = invalid(trigger);
    if (wrong) return wrong;
    const made = this.add(whole(trigger));
    this.#move(made, trigger.position);
    return json(201, { trigger: this.#shown(made) });
  }

  /** What is left out is emptied; only the place stays. */
  #replace(trigger: StoredTrigger, request: Received): Answer {
    const fields = triggerIn(request);
    const wrong = invalid(fields);
    if (wrong) return wrong;
    Object.assign(trigger, whole(fields));
    this.#move(trigger, fields.position);
    return json(200, { trigger: this.#shown(trigger) });
  }

  #reorder(request: Received): Answer {
    const ids = (fieldsOf(request.body).trigger_ids as (string | number)[]).map(String);
    const sorted = ids.map((id) => this.triggers.find((one) => String(one.id) === id));
    if (ids.length !== this.triggers.length || sorted.includes(undefined)) return recordInvalid("trigger_ids");
    this.triggers.splice(0, this.triggers.length, ...(sorted as StoredTrigger[]));
    return json(200, {});
  }

  #move(trigger: StoredTrigger, position: unknown): void {
    if (typeof position !== "number") return;
    this.triggers.splice(this.triggers.indexOf(trigger), 1);
    this.triggers.splice(position - 1, 0, trigger);
  }

  #shown(trigger: StoredTrigger): Fields {
    const { conditions, actions, title } = trigger;
    return {
      ...trigger,
      url: `https://acme.zendesk.com/api/v2/triggers/${trigger.id}.json`,
      raw_title: title,
      default: false,
      position: this.triggers.indexOf(trigger) + 1,
      conditions: { all: conditions.all.map(asTexts), any: conditions.any.map(asTexts) },
      actions: actions.map(asTexts),
      created_at: "2026-01-01T00:00:00Z",
      updated_at: "2026-01-01T00:00:00Z",
    };
  }
}

function triggerIn(request: Received): Fields {
  const { trigger } = fieldsOf(request.body);
  return typeof trigger === "object" && trigger !== null ? (trigger as Fields) : {};
}

function invalid({ title, category_id: category, actions, conditions }: Fields): Answer | undefined {
  if (typeof title !== "string" || title === "") return recordInvalid("title");
  if (!categories.some(({ id }) => id === category)) return recordInvalid("category_id");
  if (!Array.isArray(actions) || actions.length === 0) return recordInvalid("actions");
  const { all = [], any = [] } = (conditions ?? {}) as { all?: unknown[]; any?: unknown[] };
  return all.length + any.length === 0 ? recordInvalid("conditions") : undefined;
}

function whole(fields: Fields): Omit<StoredTrigger, "id"> {
  const { all = [], any = [] } = fields.conditions as { all?: Part[]; any?: Part[] };
  return {
    title: fields.title as string,
    description: (fields.description as string | undefined) ?? null,
    active: (fields.active as boolean | undefined) ?? true,
    category_id: fields.category_id as string,
    conditions: { all, any },
    actions: fields.actions as Part[],
  };
}

function asTexts(part: Part): Part {
  return { ...part, value: Array.isArray(part.value) ? part.value.map(String) : String(part.value) };
}

function unauthorized(): Answer {
  return json(401, { error: "invalid_token", error_description: "The access token provided is invalid." });
}

function recordNotFound(): Answer {
  return json(404, { error: "RecordNotFound", description: "Not found" });
}

function recordInvalid(field: string): Answer {
  const details = { [field]: [{ description: `${field}: cannot be blank`, error: "BlankValue" }] };
  return json(422, { error: "RecordInvalid", description: "Record validation errors", details });
}
