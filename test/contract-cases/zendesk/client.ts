/**
 * Zendesk's API: a method per operation; parses answers; knows no manifests.
 *
 * Lists come by cursor only when `page[size]` is sent, and the last page may hold a next link all the same:
 * `meta.has_more` alone says that there is one (developer.zendesk.com, Pagination).
 */
import {
  byCursor,
  type Check,
  ConnectorError,
  type HttpReader,
  type HttpWriter,
  path,
} from "../../../src/connector-kit/index.ts";

/** The most things in a page. */
const PAGE = 100;

export interface Condition {
  field: string;
  operator: string;
  value: unknown;
}

export interface Action {
  field: string;
  value: unknown;
}

export interface Trigger {
  id: number;
  title: string;
  description: string | null;
  active: boolean;
  category_id: string;
  position: number;
  conditions: { all: Condition[]; any: Condition[] };
  actions: Action[];
}

/** What a trigger is written with. Its place among the others is not part of it: see `reorder`. */
export type TriggerBody = Partial<Omit<Trigger, "id" | "position">>;

export class ZendeskReader {
  readonly #http: HttpReader;

  constructor(http: HttpReader) {
    this.#http = http;
  }

  /** @throws ConnectorError where the request counts as nobody's: Zendesk answers that with 200. */
  async check(): Promise<Check> {
    const { body } = await this.#http.get("/api/v2/users/me", { what: "say whose token this is" });
    const { user } = body as { user?: { id: number | null; name?: string; role?: string } };
    if (!user || user.id === null) {
      const why = "Zendesk took the request for an anonymous one: the token did not reach it.";
      throw new ConnectorError("AUTH", `${why} Look for a proxy or redirect that drops the Authorization header.`);
    }
    if (user.role !== "admin" && user.role !== "agent") {
      throw new ConnectorError("PERMISSION", `The token belongs to an ${user.role}; triggers need an admin.`);
    }
    return { account: { id: String(user.id), ...(user.name ? { name: user.name } : {}) } };
  }

  /** All triggers, in the order in which they run. */
  triggers(): AsyncGenerator<Trigger> {
    return this.#pages<Trigger>("/api/v2/triggers", "triggers", "list the triggers");
  }

  categories(): AsyncGenerator<{ id: string; name: string }> {
    return this.#pages("/api/v2/trigger_categories", "trigger_categories", "list the trigger categories");
  }

  #pages<T>(address: string, items: string, what: string): AsyncGenerator<T> {
    return byCursor<T>(this.#http, address, {
      query: { "page[size]": PAGE },
      parameter: "page[after]",
      what,
      items: (body) => (body as Record<string, readonly T[] | undefined>)[items],
      cursor: (body) => {
        const { meta } = body as { meta: { has_more: boolean; after_cursor: string | null } };
        return meta.has_more ? meta.after_cursor : undefined;
      },
    });
  }
}

export class ZendeskWriter extends ZendeskReader {
  readonly #http: HttpWriter;

  constructor(http: HttpWriter) {
    super(http);
    this.#http = http;
  }

  async createTrigger(trigger: TriggerBody): Promise<{ id: string }> {
    const what = `create the trigger "${trigger.title}"`;
    const { body } = await this.#http.post("/api/v2/triggers", { json: { trigger }, what });
    return { id: String((body as { trigger: Trigger }).trigger.id) };
  }

  /** Replaces a trigger: what is left out is emptied. */
  async replaceTrigger(id: string, trigger: TriggerBody): Promise<void> {
    const what = `change the trigger "${trigger.title}"`;
    await this.#http.put(path`/api/v2/triggers/${id}`, { json: { trigger }, what });
  }

  async deleteTrigger(id: string, what: string): Promise<void> {
    await this.#http.delete(path`/api/v2/triggers/${id}`, { expect: [404], what });
  }

  /** @param ids of all triggers, first to last. */
  async reorder(ids: readonly string[]): Promise<void> {
    await this.#http.put("/api/v2/triggers/reorder", { json: { trigger_ids: ids }, what: "reorder the triggers" });
  }
}
