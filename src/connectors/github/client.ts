/**
 * GitHub's REST API: a method per operation; parses answers; knows no manifests.
 *
 * Lists are followed by their `Link` header, 100 things a page, the most that GitHub gives.
 */
import type { components } from "@octokit/openapi-types";
import {
  byLink,
  type Check,
  type HttpReader,
  type HttpWriter,
  type Identity,
  path,
} from "../../connector-kit/index.ts";

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
}

const PAGE = 100;

export class GitHubReader {
  readonly account: Account;
  readonly #http: HttpReader;
  readonly #isApp: boolean;

  constructor(http: HttpReader, account: Account, isApp: boolean) {
    this.#http = http;
    this.account = account;
    this.#isApp = isApp;
  }

  /** The organisation's or person's own number, which a renaming does not change. */
  async identity(): Promise<Identity> {
    const { type, login } = this.account;
    const address = type === "organization" ? path`/orgs/${login}` : path`/users/${login}`;
    const { body } = await this.#http.get(address, {
      what: `show the ${type === "owner" ? "account" : type} ${login}`,
    });
    const { id, login: name } = body as { id: number; login: string };
    return { id: String(id), title: name };
  }

  async check(): Promise<Check> {
    if (this.#isApp) {
      await this.#http.get("/installation/repositories", {
        query: { per_page: 1 },
        what: "show the App's repositories",
      });
      return {};
    }
    const { body, headers } = await this.#http.get("/user", { what: "say whose token this is" });
    const { id, login } = body as { id: number; login: string };
    const scopes = headers.get("x-oauth-scopes");
    const expires = headers.get("github-authentication-token-expiration");
    return {
      account: { id: String(id), name: login },
      ...(scopes
        ? {
            scopes: scopes
              .split(",")
              .map((scope) => scope.trim())
              .filter(Boolean),
          }
        : {}),
      ...(expires ? { expiresAt: new Date(expires.replace(" UTC", "Z").replace(" ", "T")).toISOString() } : {}),
    };
  }

  /** All repositories of the account; the list lacks merge options. */
  async *repositories(): AsyncGenerator<RawRepository> {
    const { type, login } = this.account;
    const what = `list the repositories of ${login}`;
    const [address, query] =
      type === "organization"
        ? [path`/orgs/${login}/repos`, { type: "all", per_page: PAGE }]
        : ["/user/repos", { affiliation: "owner", per_page: PAGE }];
    for await (const repository of byLink<RawRepository>(this.#http, address, { query, what })) {
      const owner = repository.owner?.login;
      if (owner === undefined || owner.toLowerCase() === login.toLowerCase()) yield repository;
    }
  }

  async repository(name: string): Promise<RawRepository> {
    const { body } = await this.#http.get(path`/repos/${this.account.login}/${name}`, {
      what: `show the repository ${this.#full(name)}`,
    });
    return body as RawRepository;
  }

  labels(repository: string): AsyncGenerator<RawLabel> {
    const what = `list the labels of ${this.#full(repository)}`;
    return byLink<RawLabel>(this.#http, path`/repos/${this.account.login}/${repository}/labels`, {
      query: { per_page: PAGE },
      what,
    });
  }

  #full(repository: string): string {
    return `${this.account.login}/${repository}`;
  }
}

export class GitHubWriter extends GitHubReader {
  readonly #http: HttpWriter;

  constructor(http: HttpWriter, account: Account, isApp: boolean) {
    super(http, account, isApp);
    this.#http = http;
  }

  async createRepository(repository: Readonly<Record<string, unknown>> & { name: string }): Promise<{ id: string }> {
    const { type, login } = this.account;
    const address = type === "organization" ? path`/orgs/${login}/repos` : "/user/repos";
    const { body } = await this.#http.post(address, {
      json: repository,
      what: `create the repository ${login}/${repository.name}`,
    });
    return { id: String((body as RawRepository).id) };
  }

  /** Sets fields to values; doing it twice does no harm. */
  async updateRepository(name: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#http.patch(path`/repos/${this.account.login}/${name}`, {
      json: fields,
      repeatable: fields.name === undefined,
      what: `change the repository ${this.account.login}/${name}`,
    });
  }

  async replaceTopics(name: string, topics: readonly string[]): Promise<void> {
    await this.#http.put(path`/repos/${this.account.login}/${name}/topics`, {
      json: { names: topics },
      what: `set the topics of ${this.account.login}/${name}`,
    });
  }

  async deleteRepository(name: string): Promise<void> {
    const what = `delete the repository ${this.account.login}/${name}`;
    await this.#http.delete(path`/repos/${this.account.login}/${name}`, { expect: [404], what });
  }

  async createLabel(
    repository: string,
    label: Readonly<Record<string, unknown>> & { name: string },
  ): Promise<{ id: string }> {
    const { body } = await this.#http.post(path`/repos/${this.account.login}/${repository}/labels`, {
      json: label,
      what: `create the label "${label.name}" in ${this.account.login}/${repository}`,
    });
    return { id: String((body as RawLabel).id) };
  }

  async updateLabel(repository: string, name: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#http.patch(path`/repos/${this.account.login}/${repository}/labels/${name}`, {
      json: fields,
      repeatable: fields.new_name === undefined,
      what: `change the label "${name}" in ${this.account.login}/${repository}`,
    });
  }

  async deleteLabel(repository: string, name: string): Promise<void> {
    const what = `delete the label "${name}" in ${this.account.login}/${repository}`;
    await this.#http.delete(path`/repos/${this.account.login}/${repository}/labels/${name}`, { expect: [404], what });
  }
}
