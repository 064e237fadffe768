/**
 * Posts one result: a comment, and a status of the proposed commit.
 *
 * Nothing that goes wrong here fails the command: a pull request from a fork has a token that may only read,
 * hosts are down at times, and the plan was made all the same. What cannot be posted is one warning, and the
 * result goes to the job's summary.
 */
import { ConnectorError } from "../../connector-kit/errors.ts";
import type { Invocation } from "../command.ts";
import type { Budget } from "../markdown/budget.ts";
import { without } from "../markdown/budget.ts";
import type { Links } from "../markdown/lines.ts";
import { paragraph, visible } from "../plain-text.ts";
import { keepComment, markOf } from "./comment.ts";
import { type Connected, connect, hostKinds } from "./connect.ts";
import type { HostName } from "./flags.ts";
import type { Found, HostKind, PullRequest } from "./host.ts";
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

/** Posts it where this run is about a pull request. Never throws; says what went wrong as one warning. */
export async function post(invocation: Invocation, name: HostName, result: Post): Promise<void> {
  const { surroundings, output } = invocation;
  const kind = hostKinds[name];
  let pullRequest: PullRequest | undefined;
  try {
    const found = await kind.find(surroundings.env);
    if (!found) {
      const kept = await summarize(invocation, result, undefined);
      output.note(`Not in a pull request: nothing was posted.${kept ? " The result is in the job summary." : ""}`);
      return;
    }
    pullRequest = found.pullRequest;
    const failures = await postAll(invocation, name, found, result);
    if (failures.length > 0) await warn(invocation, kind, pullRequest, failures, result);
  } catch (error) {
    await warn(invocation, kind, pullRequest, [{ what: "comment", error }], result);
  }
}

interface Failed {
  what: "comment" | "commit status";
  error: unknown;
}

async function postAll(
  { surroundings, output }: Invocation,
  name: HostName,
  found: Found,
  result: Post,
): Promise<Failed[]> {
  const kind = hostKinds[name];
  const token = surroundings.env[kind.tokenName];
  if (!token) throw new ConnectorError("AUTH", `${kind.tokenName} is not set.`);
  const connected = await connect(name, surroundings, token);
  const failures: Failed[] = [];
  const attempt = async (what: Failed["what"], run: () => Promise<void>) => {
    try {
      await run();
    } catch (error) {
      failures.push({ what, error });
    }
  };
  try {
    const pullRequest = await found.complete(connected.http);
    await attempt("comment", async () => {
      const outcome = await comment({ surroundings, output }, connected, found, pullRequest, result);
      output.note(`The comment on ${visible(pullRequest.name)} was ${outcome}.`);
    });
    await attempt("commit status", () => status(surroundings.env, kind, connected, found, pullRequest, result));
  } finally {
    await connected.close();
  }
  return failures;
}

async function comment(
  { surroundings, output }: Invocation,
  { http, redact }: Connected,
  found: Found,
  { files }: PullRequest,
  { id, render, needed }: Post,
): Promise<string> {
  const { env, cwd } = surroundings;
  const host = found.open(http);
  const mark = markOf(id);
  const links = linksTo(files, repositoryFolder(env, cwd), cwd);
  const text = redact(output.redact(render(without(host.budget, BLANKS + mark), links)));
  return keepComment(host, mark, text, needed);
}

async function status(
  env: Invocation["surroundings"]["env"],
  kind: HostKind,
  { http, redact }: Connected,
  found: Found,
  { sha }: PullRequest,
  { id, sentence, failed }: Post,
): Promise<void> {
  if (sha === undefined) return;
  const context = [...`plumbline/${visible(id)}`].slice(0, CONTEXT).join("");
  await found.open(http).setStatus(sha, { failed, context, description: redact(sentence), address: kind.runPage(env) });
}

/** One warning for all that could not be posted. */
async function warn(
  invocation: Invocation,
  kind: HostKind,
  pullRequest: PullRequest | undefined,
  failures: readonly Failed[],
  result: Post,
): Promise<void> {
  const what = failures.map((failure) => `the ${failure.what}`).join(" and ");
  const where = pullRequest === undefined ? "" : ` on ${visible(pullRequest.name)}`;
  const why = [...new Set(failures.map(({ error }) => messageOf(error)))].join(" ");
  const refused = failures.some(({ error }) => error instanceof ConnectorError && isRefusal(error));
  const hint = refused ? ` ${pullRequest?.fork ? kind.forks : kind.takes}` : "";
  const end = (await summarizeSafely(invocation, result, pullRequest)) ? " The result is in the job summary." : "";
  invocation.output.warn(`${kind.title}: ${what} could not be posted${where}. ${why}${hint}${end}`);
}

function isRefusal({ code }: ConnectorError): boolean {
  return code === "PERMISSION" || code === "NOT_FOUND" || code === "AUTH";
}

function messageOf(error: unknown): string {
  const text = paragraph(error instanceof Error ? error.message : String(error));
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A summary that cannot be written either must not hide why nothing was posted. */
async function summarizeSafely(
  invocation: Invocation,
  result: Post,
  pullRequest: PullRequest | undefined,
): Promise<boolean> {
  try {
    return await summarize(invocation, result, pullRequest);
  } catch (error) {
    invocation.output.debug(messageOf(error));
    return false;
  }
}

async function summarize(
  { surroundings, output }: Invocation,
  { render }: Post,
  pullRequest: PullRequest | undefined,
): Promise<boolean> {
  const { env, cwd } = surroundings;
  const links = linksTo(pullRequest?.files, repositoryFolder(env, cwd), cwd);
  return addToSummary(env, (budget) => output.redact(render(budget, links)));
}
