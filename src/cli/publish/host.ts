/** Where a result is posted, as far as the two hosts are alike. */
import type { HttpWriter } from "../../connector-kit/index.ts";
import type { Budget } from "../markdown/budget.ts";

/** A pull request or merge request that this run is about. */
export interface PullRequest {
  /** As people write it: `acme/infra#7`, `acme/infra!7`. */
  name: string;
  /** The commit that is proposed, not the one that merging it would give; `undefined` where nobody said. */
  sha: string | undefined;
  /** It comes from another repository, whose runs get a token that may only read. */
  fork: boolean;
  /** Where the files of that commit can be looked at, without a final slash. */
  files: string | undefined;
}

/** What the environment of a run says. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A comment, whoever wrote it. */
export interface PostedComment {
  id: number;
  body: string;
  /** The account's name. */
  author: string | undefined;
}

export interface CommitStatus {
  failed: boolean;
  /** Tells it from the commit's other statuses. */
  context: string;
  description: string;
  /** The run's own page. */
  address: string | undefined;
}

/** One pull request at a host. Each method throws a ConnectorError when the host refuses. */
export interface Host {
  /** The most that a comment may be. */
  budget: Budget;
  /** Who this is. */
  account(): Promise<string>;
  /** All comments, to the last page. */
  comments(): Promise<PostedComment[]>;
  create(body: string): Promise<PostedComment>;
  /** @returns false when it is gone. */
  update(id: number, body: string): Promise<boolean>;
  /** One that is gone already is no failure. */
  remove(id: number): Promise<void>;
  setStatus(sha: string, status: CommitStatus): Promise<void>;
}

/** The variable whose token comes first: the host's own name may stand for the credential of a managed system. */
export const COMMENT_TOKEN = "PLUMBLINE_COMMENT_TOKEN";

/** How a host is found and spoken to. */
export interface HostKind {
  title: string;
  /** The variable that holds the token, where COMMENT_TOKEN does not. */
  tokenName: string;
  /** What posting takes, as sentences for whoever has to give it. */
  takes: string;
  /** Why a pull request from a fork lacks it, as a sentence. */
  forks: string;
  /** The address of the API, from the environment of the run. */
  baseUrl(env: Env): string;
  /** @returns `undefined` outside a pull request. @throws Error for an event that cannot be read. */
  find(env: Env): Promise<Found | undefined>;
  /** The run's own page. */
  runPage(env: Env): string | undefined;
}

/** A pull request, and how to speak of it with the host. */
export interface Found {
  pullRequest: PullRequest;
  open(http: HttpWriter): Host;
  /** Asks for what the environment did not say of it. */
  complete(http: HttpWriter): Promise<PullRequest>;
}
