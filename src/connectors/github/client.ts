/**
 * GitHub's REST API: a method per operation; parses answers; knows no manifests.
 *
 * Lists are followed by their `Link` header, 100 things a page, the most that GitHub gives.
 */
import type { components } from "@octokit/openapi-types";
import {
  byLink,
  type Check,
  ConnectorError,
  type HttpReader,
  type HttpWriter,
  type Identity,
  type OpenContext,
  path,
} from "../../connector-kit/index.ts";
import { appAccess, tokenAccess } from "./access.ts";
import { OnceEach } from "./once.ts";
import type { PublicKey } from "./seal.ts";

export type RawRepository = Partial<components["schemas"]["full-repository"]> & { id: number; name: string };
export interface RawLabel {
  id: number;
  name: string;
  color: string;
  description: string | null;
}

/** Whose things these are. */
export interface Account {
  type: "organization" | "owner";
  login: string;
  /** Where notifications go that name no repository. */
  defaultRepository?: string;
  /** Where GraphQL is asked: beside the REST API, not below it, on Enterprise Server. */
  graphql: string;
}

const PAGE = 100;

export class GitHubReader {
  readonly account: Account;
  /** For the calls that stand beside their resource. */
  readonly http: HttpReader;
  /** Of a GitHub App, where there is no token. */
  readonly installation: string | undefined;

  constructor(http: HttpReader, account: Account, installation: string | undefined) {
    this.http = http;
    this.account = account;
    this.installation = installation;
  }

  /**
   * The organisation's or person's own number, which a renaming does not change.
   *
   * @throws ConnectorError when a person's things are declared with somebody else's token: what it lists and
   *   makes as its own would be that other person's.
   */
  async identity(): Promise<Identity> {
    const { type, login } = this.account;
    if (type === "owner" && this.installation === undefined) return this.#ownIdentity();
    const address = type === "organization" ? path`/orgs/${login}` : path`/users/${login}`;
    const { body } = await this.http.get(address, {
      what: `show the ${type === "owner" ? "account" : type} ${login}`,
    });
    const { id, login: name } = body as { id: number; login: string };
    return { id: String(id), title: name };
  }

  async check(): Promise<Check> {
    if (this.installation !== undefined) return appAccess(this.http, this.installation, this.account.login);
    return (await tokenAccess(this.http)).check;
  }

  /** All repositories of the account; the list lacks merge options. */
  async *repositories(): AsyncGenerator<RawRepository> {
    const { login } = this.account;
    const options = { ...this.#repositoryList(), what: `list the repositories of ${login}`, pageSize: PAGE };
    for await (const repository of byLink<RawRepository>(this.http, options.address, options)) {
      const owner = repository.owner?.login;
      if (owner === undefined || owner.toLowerCase() === login.toLowerCase()) yield repository;
    }
  }

  async repository(name: string): Promise<RawRepository> {
    const { body } = await this.http.get(path`/repos/${this.account.login}/${name}`, {
      what: `show the repository ${this.#full(name)}`,
    });
    return body as RawRepository;
  }

  labels(repository: string): AsyncGenerator<RawLabel> {
    const what = `list the labels of ${this.#full(repository)}`;
    return byLink<RawLabel>(this.http, path`/repos/${this.account.login}/${repository}/labels`, {
      query: { per_page: PAGE },
      pageSize: PAGE,
      what,
    });
  }

  async #ownIdentity(): Promise<Identity> {
    const { login } = this.account;
    const { person } = await tokenAccess(this.http);
    if (person.login.toLowerCase() === login.toLowerCase()) return { id: String(person.id), title: person.login };
    throw new ConnectorError("PERMISSION", `The token is ${person.login}'s, and connection.owner is ${login}.`);
  }

  /** An App's installation has no list of its own below `/user`. */
  #repositoryList() {
    const { type, login } = this.account;
    if (type === "organization") return { address: path`/orgs/${login}/repos`, query: { type: "all", per_page: PAGE } };
    if (this.installation === undefined) {
      return { address: "/user/repos", query: { affiliation: "owner", per_page: PAGE } };
    }
    const items = (body: unknown) => (body as { repositories?: readonly RawRepository[] }).repositories;
    return { address: "/installation/repositories", query: { per_page: PAGE }, items };
  }

  #full(repository: string): string {
    return `${this.account.login}/${repository}`;
  }
}

export class GitHubWriter extends GitHubReader {
  override readonly http: HttpWriter;
  readonly wait: OpenContext["wait"];
  /** What secrets are sealed with, by their scope. */
  readonly publicKeys = new OnceEach<PublicKey>();
  /** Who this is, for telling its own things from other people's. */
  readonly access = new OnceEach<Check>();

  /** @param wait for what comes a moment after it was asked for. */
  constructor(http: HttpWriter, account: Account, installation: string | undefined, wait: OpenContext["wait"]) {
    super(http, account, installation);
    this.http = http;
    this.wait = wait;
  }

  async createRepository(repository: Readonly<Record<string, unknown>> & { name: string }): Promise<{ id: string }> {
    const { type, login } = this.account;
    const { visibility: _, ...personal } = repository; // what a person makes knows only `private`
    const [address, json] =
      type === "organization" ? [path`/orgs/${login}/repos`, repository] : ["/user/repos", personal];
    const { body } = await this.http.post(address, {
      json,
      what: `create the repository ${login}/${repository.name}`,
    });
    return { id: String((body as RawRepository).id) };
  }

  /** Sets fields to values; doing it twice does no harm. */
  async updateRepository(name: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.http.patch(path`/repos/${this.account.login}/${name}`, {
      json: fields,
      repeatable: fields.name === undefined,
      what: `change the repository ${this.account.login}/${name}`,
    });
  }

  async replaceTopics(name: string, topics: readonly string[]): Promise<void> {
    await this.http.put(path`/repos/${this.account.login}/${name}/topics`, {
      json: { names: topics },
      what: `set the topics of ${this.account.login}/${name}`,
    });
  }

  async deleteRepository(name: string): Promise<void> {
    const what = `delete the repository ${this.account.login}/${name}`;
    await this.http.delete(path`/repos/${this.account.login}/${name}`, { expect: [404], what });
  }

  async createLabel(
    repository: string,
    label: Readonly<Record<string, unknown>> & { name: string },
  ): Promise<{ id: string }> {
    const { body } = await this.http.post(path`/repos/${this.account.login}/${repository}/labels`, {
      json: label,
      what: `create the label "${label.name}" in ${this.account.login}/${repository}`,
    });
    return { id: String((body as RawLabel).id) };
  }

  async updateLabel(repository: string, name: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.http.patch(path`/repos/${this.account.login}/${repository}/labels/${name}`, {
      json: fields,
      repeatable: fields.new_name === undefined,
      what: `change the label "${name}" in ${this.account.login}/${repository}`,
    });
  }

  async deleteLabel(repository: string, name: string): Promise<void> {
    const what = `delete the label "${name}" in ${this.account.login}/${repository}`;
    await this.http.delete(path`/repos/${this.account.login}/${repository}/labels/${name}`, { expect: [404], what });
  }
}
