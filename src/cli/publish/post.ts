/**
 * Posts one result: a comment, and a status of the proposed commit.
 *
 * Nothing that goes wrong here fails the command: a pull request from a fork has a token that may only read,
 * hosts are down at times, and the plan was made all the same. What cannot be posted is one warning, and the
 * result goes to the job's summary.
 */
import { ConnectorError, createRedactor } from "../../connector-kit/index.ts";
import type { Invocation } from "../command.ts";
import type { Budget } from "../markdown/budget.ts";
import { without } from "../markdown/budget.ts";
import type { Links } from "../markdown/lines.ts";
import { paragraph, visible } from "../plain-text.ts";
import { keepComment, markOf } from "./comment.ts";
import { connect, hostKinds } from "./connect.ts";
import type { HostName } from "./flags.ts";
import { COMMENT_TOKEN, type Found, type Host, type HostKind, type PullRequest } from "./host.ts";
import { addToSummary } from "./job-summary.ts";
import { linksTo, repositoryFolder } from "./place.ts";

/** What is posted. */
export interface Post {
  /** What was planned; tells this comment from others. */
  id: string;
  render(budget: Budget, links: Links | undefined): string;
  /** The result in one sentence, for the commit's status. */
  sentence: string;
  failed: boolean;
  /** Whether there is anything to say where nothing has been said yet. */
  needed: boolean;
}

/** The longest context of a status: GitLab takes 255 characters, and names have to be read. */
const CONTEXT = 200;
const BLANKS = "\n\n";

/** All that the steps of posting one result have in common. */
interface Posting {
  invocation: Invocation;
  name: HostName;
  kind: HostKind;
  result: Post;
  token: string | undefined;
  /** Takes out the secrets of the run, and the token. */
  redact(text: string): string;
}

/** Posts it where this run is about a pull request. Never throws; says what went wrong as one warning. */
export async function post(invocation: Invocation, name: HostName, result: Post): Promise<void> {
  const posting = postingOf(invocation, name, result);
  let pullRequest: PullRequest | undefined;
  try {
    const found = await posting.kind.find(invocation.surroundings.env);
    if (!found) return await sayNothingPosted(posting);
    pullRequest = found.pullRequest;
    const failures = await postAll(posting, found);
    if (failures.length > 0) await warn(posting, pullRequest, failures);
  } catch (error) {
    await warn(posting, pullRequest, [{ what: "comment", error }]);
  }
}

function postingOf(invocation: Invocation, name: HostName, result: Post): Posting {
  const kind = hostKinds[name];
  const { env } = invocation.surroundings;
  const token = env[COMMENT_TOKEN] || env[kind.tokenName] || undefined;
  const redactor = createRedactor();
  if (token !== undefined) redactor.add(token);
  const redact = (text: string) => redactor.redact(invocation.output.redact(text));
  return { invocation, name, kind, result, token, redact };
}

async function sayNothingPosted(posting: Posting): Promise<void> {
  const kept = await summarize(posting, undefined);
  const end = kept ? " The result is in the job summary." : "";
  posting.invocation.output.note(`Not in a pull request: nothing was posted.${end}`);
}

interface Failed {
  what: "comment" | "commit status";
  error: unknown;
}

/** @returns what could not be posted. @throws ConnectorError when nothing can be. */
async function postAll(posting: Posting, found: Found): Promise<Failed[]> {
  const { invocation, name, kind, token } = posting;
  if (token === undefined) throw new ConnectorError("AUTH", `${kind.tokenName} is not set, nor is ${COMMENT_TOKEN}.`);
  const connected = await connect(name, invocation.surroundings, token);
  try {
    const pullRequest = await found.complete(connected.http);
    const host = found.open(connected.http);
    return [
      ...(await failureOf("comment", () => comment(posting, host, pullRequest))),
      ...(await failureOf("commit status", () => setStatus(posting, host, pullRequest))),
    ];
  } finally {
    await connected.close();
  }
}

async function failureOf(what: Failed["what"], run: () => Promise<void>): Promise<Failed[]> {
  try {
    await run();
    return [];
  } catch (error) {
    return [{ what, error }];
  }
}

async function comment(posting: Posting, host: Host, pullRequest: PullRequest): Promise<void> {
  const { invocation, result, redact } = posting;
  const mark = markOf(result.id);
  const text = redact(result.render(without(host.budget, BLANKS + mark), linksOf(posting, pullRequest)));
  const outcome = await keepComment(host, mark, text, result.needed);
  invocation.output.note(`The comment on ${visible(pullRequest.name)} was ${outcome}.`);
}

async function setStatus(posting: Posting, host: Host, { sha }: PullRequest): Promise<void> {
  if (sha === undefined) return;
  const { invocation, kind, result, redact } = posting;
  await host.setStatus(sha, {
    failed: result.failed,
    context: [...`plumbline/${visible(result.id)}`].slice(0, CONTEXT).join(""),
    description: redact(result.sentence),
    address: kind.runPage(invocation.surroundings.env),
  });
}

/** One warning for all that could not be posted. */
async function warn(
  posting: Posting,
  pullRequest: PullRequest | undefined,
  failures: readonly Failed[],
): Promise<void> {
  const { invocation, kind, redact } = posting;
  const what = failures.map((failure) => `the ${failure.what}`).join(" and ");
  const where = pullRequest === undefined ? "" : ` on ${visible(pullRequest.name)}`;
  const why = [...new Set(failures.map(({ error }) => messageOf(error)))].join(" ");
  const refused = failures.some(({ error }) => error instanceof ConnectorError && isRefusal(error));
  const hint = refused ? ` ${pullRequest?.fork ? kind.forks : kind.takes}` : "";
  const end = (await summarizeSafely(posting, pullRequest)) ? " The result is in the job summary." : "";
  invocation.output.warn(redact(`${kind.title}: ${what} could not be posted${where}. ${why}${hint}${end}`));
}

function isRefusal({ code }: ConnectorError): boolean {
  return code === "PERMISSION" || code === "NOT_FOUND" || code === "AUTH";
}

function messageOf(error: unknown): string {
  const text = paragraph(error instanceof Error ? error.message : String(error));
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A summary that cannot be written either must not hide why nothing was posted. */
async function summarizeSafely(posting: Posting, pullRequest: PullRequest | undefined): Promise<boolean> {
  try {
    return await summarize(posting, pullRequest);
  } catch (error) {
    posting.invocation.output.debug(messageOf(error));
    return false;
  }
}

/** @returns whether there is a summary, which then holds the result. */
function summarize(posting: Posting, pullRequest: PullRequest | undefined): Promise<boolean> {
  const { invocation, result, redact } = posting;
  const links = linksOf(posting, pullRequest);
  return addToSummary(invocation.surroundings.env, (budget) => redact(result.render(budget, links)));
}

function linksOf({ invocation }: Posting, pullRequest: PullRequest | undefined): Links | undefined {
  const { env, cwd } = invocation.surroundings;
  return linksTo(pullRequest?.files, repositoryFolder(env, cwd), cwd);
}
