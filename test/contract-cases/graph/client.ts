/** Microsoft Graph: a method per operation; parses answers; knows no manifests. */
import {
  byLink,
  type Check,
  ConnectorError,
  type HttpReader,
  type HttpWriter,
  type Identity,
  type OpenContext,
  path,
} from "../../../src/connector-kit/index.ts";
import { type Part, type PartOutcome, sendBatch } from "./batch.ts";
import { ALREADY } from "./protocol.ts";

/** The most things in a page of groups, members or users. */
const PAGE = 999;
/** Addresses in one filter; it may hold 15 clauses (learn.microsoft.com/graph/filter-query-parameter). */
const NAMES_MOST = 7;
/** People of a failed change who are asked for by name. */
const NAMED_MOST = 5;

export interface Group {
  id: string;
  displayName: string;
  description: string | null;
  mailNickname: string;
  onPremisesSyncEnabled?: boolean | null;
}

export interface Person {
  id: string;
  mail: string | null;
  userPrincipalName: string;
}

/** A security group to be made. */
export interface NewGroup {
  displayName: string;
  mailNickname: string;
  description?: string;
}

export class GraphReader {
  readonly #http: HttpReader;

  constructor(http: HttpReader) {
    this.#http = http;
  }

  async tenant(): Promise<Identity> {
    const { body } = await this.#http.get("/v1.0/organization", {
      query: { $select: "id,displayName" },
      what: "say whose tenant this is",
    });
    const [organization] = (body as { value: { id: string; displayName: string }[] }).value;
    if (!organization) throw new ConnectorError("PERMISSION", "Microsoft Graph shows no organization to this token.");
    return { id: organization.id, title: `tenant ${organization.displayName}` };
  }

  async check(): Promise<Check> {
    await this.tenant();
    return {};
  }

  groups(): AsyncGenerator<Group> {
    const $select = "id,displayName,description,mailNickname,onPremisesSyncEnabled";
    return this.#pages<Group>("/v1.0/groups", { $select }, "list the groups");
  }

  /** @returns the ids of the people in a group; undefined while a replica does not know the group yet. */
  async members(group: string): Promise<string[] | undefined> {
    try {
      const address = path`/v1.0/groups/${group}/members/microsoft.graph.user`;
      const people = this.#pages<Person>(address, { $select: "id" }, `list the members of ${group}`);
      return (await Array.fromAsync(people)).map(({ id }) => id);
    } catch (error) {
      if (error instanceof ConnectorError && error.code === "NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** The people who have one of these addresses, as mail or as user principal name. */
  async people(addresses: readonly string[]): Promise<Person[]> {
    const found: Person[] = [];
    for (let at = 0; at < addresses.length; at += NAMES_MOST) {
      const clauses = addresses.slice(at, at + NAMES_MOST).map((address) => {
        const literal = `'${address.replaceAll("'", "''")}'`;
        return `mail eq ${literal} or userPrincipalName eq ${literal}`;
      });
      const query = { $filter: clauses.join(" or "), $select: "id,mail,userPrincipalName" };
      for await (const person of this.#pages<Person>("/v1.0/users", query, "look people up")) found.push(person);
    }
    return found;
  }

  /** What people call somebody; the id when nobody can be found. */
  async nameOf(id: string): Promise<string> {
    try {
      const query = { $select: "userPrincipalName" };
      const { body } = await this.#http.get(path`/v1.0/users/${id}`, { query, what: `name ${id}` });
      return (body as Person).userPrincipalName;
    } catch (error) {
      if (error instanceof ConnectorError) return id;
      throw error;
    }
  }

  #pages<T>(address: string, query: Record<string, string>, what: string): AsyncGenerator<T> {
    return byLink<T>(this.#http, address, {
      query: { ...query, $top: PAGE },
      what,
      items: (body) => (body as { value: T[] }).value,
      next: (body) => (body as { "@odata.nextLink"?: string })["@odata.nextLink"],
    });
  }
}

export class GraphWriter extends GraphReader {
  readonly #http: HttpWriter;
  readonly #wait: OpenContext["wait"];

  constructor(http: HttpWriter, wait: OpenContext["wait"]) {
    super(http);
    this.#http = http;
    this.#wait = wait;
  }

  async createGroup(group: NewGroup): Promise<{ id: string }> {
    const what = `create the group "${group.mailNickname}"`;
    const { body } = await this.#http.post("/v1.0/groups", { json: newGroup(group), what });
    return { id: (body as Group).id };
  }

  /** @returns the new group or why it was not made, for each. */
  async createGroups(groups: readonly NewGroup[]): Promise<({ id: string } | ConnectorError)[]> {
    const parts = groups.map(
      (group): Part => ({
        method: "POST",
        url: "/groups",
        body: newGroup(group),
        what: `create the group "${group.mailNickname}"`,
      }),
    );
    const outcomes = await this.#batch(parts, false);
    return outcomes.map((outcome) => (outcome instanceof Error ? outcome : { id: (outcome.body as Group).id }));
  }

  async updateGroup(id: string, fields: Partial<NewGroup>, what: string): Promise<void> {
    await this.#http.patch(path`/v1.0/groups/${id}`, { json: writable(fields), repeatable: true, what });
  }

  async deleteGroup(id: string, what: string): Promise<void> {
    await this.#http.delete(path`/v1.0/groups/${id}`, { expect: [404], what });
  }

  /**
   * Adds and removes members. Who is one already, and who is none, is as wanted.
   *
   * @throws ConnectorError naming those who could not be changed; all others were.
   */
  async changeMembers(
    group: { id: string; name: string },
    { added, removed }: { added: readonly string[]; removed: readonly string[] },
  ): Promise<void> {
    const members = path`/groups/${group.id}/members`;
    const add = (id: string): Part => ({
      method: "POST",
      url: `${members}/$ref`,
      body: { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}` },
      what: `add ${id}`,
    });
    // Without the final /$ref this would delete the person, not the membership.
    const remove = (id: string): Part => ({
      method: "DELETE",
      url: `${members}/${encodeURIComponent(id)}/$ref`,
      what: `take ${id} out`,
    });
    const ids = [...added, ...removed];
    const parts = [...added.map(add), ...removed.map(remove)];
    const failures = failed(ids, parts, await this.#batch(parts, true));
    if (failures.length > 0) throw await this.#membersFailed(group.name, ids.length, failures);
  }

  #batch(parts: readonly Part[], repeatable: boolean): Promise<PartOutcome[]> {
    return sendBatch({ http: this.#http, wait: this.#wait, repeatable }, parts);
  }

  async #membersFailed(group: string, of: number, failures: readonly Failed[]): Promise<ConnectorError> {
    const [first] = failures as [Failed];
    const named = await Promise.all(failures.slice(0, NAMED_MOST).map(({ id }) => this.nameOf(id)));
    const more = failures.length > named.length ? ` and ${failures.length - named.length} more` : "";
    const said = first.error.message.replaceAll(first.id, named[0] as string);
    const message = `${failures.length} of ${of} changes of the members of "${group}" failed, those of ${named.join(", ")}${more}. ${said}`;
    const { code, platformCode, status } = first.error;
    return new ConnectorError(code, message, {
      cause: first.error,
      retryable: failures.some(({ error }) => error.retryable),
      ...(status === undefined ? {} : { status }),
      ...(platformCode === undefined ? {} : { platformCode }),
    });
  }
}

interface Failed {
  id: string;
  error: ConnectorError;
}

function failed(ids: readonly string[], parts: readonly Part[], outcomes: readonly PartOutcome[]): Failed[] {
  return ids.flatMap((id, index) => {
    const error = outcomes[index];
    if (!(error instanceof ConnectorError)) return [];
    const absent = error.code === "NOT_FOUND" && parts[index]?.method === "DELETE";
    return absent || error.platformCode === ALREADY ? [] : [{ id, error }];
  });
}

/** A security group: the only kind that has no mailbox. */
function newGroup(group: NewGroup): Record<string, unknown> {
  return { ...writable(group), mailEnabled: false, securityEnabled: true, groupTypes: [] };
}

/** Graph takes no empty description, and gives null where there is none. */
function writable({ description, ...rest }: Partial<NewGroup>): Record<string, unknown> {
  return { ...rest, ...(description === undefined ? {} : { description: description === "" ? null : description }) };
}
