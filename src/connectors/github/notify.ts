/**
 * Notifications in GitHub: an issue of their own, or a comment on one that is there.
 *
 * What is made ends with the hidden mark of its run, so that a run that is tried again finds it. Where the receiver
 * says `update: true`, the group keeps its issue or comment: it is written anew, and an issue is opened again, or
 * told that all is over and closed.
 */
import {
  ConnectorError,
  type Notification,
  type Notified,
  type NotifyRun,
  type Static,
  Type,
} from "../../connector-kit/index.ts";
import {
  assignees,
  closed,
  title as issueTitle,
  labelNames,
  number,
  type Place,
  placeOf,
  repository,
} from "./action-parameters.ts";
import type { GitHubWriter } from "./client.ts";
import { commentWith, createComment, updateComment } from "./comments.ts";
import * as api from "./issues-api.ts";
import { hasMark, marked, runMark } from "./marks.ts";
import { type Rendered, render } from "./notification-markdown.ts";

/** What issues are labelled with where the route says nothing. */
const DEFAULT_LABELS = ["configuration", "automated"];

export const target = Type.Object(
  {
    repository: Type.Optional({
      ...repository,
      description:
        "A repository's name in the connection's account, or OWNER/NAME. Left out, connection.defaultRepository.",
    }),
    issue: Type.Optional({
      ...number,
      description: "The issue or pull request that is commented on. Left out, an issue is made.",
    }),
    labels: Type.Optional({
      ...labelNames,
      default: DEFAULT_LABELS,
      description: "Labels of an issue that is made. One that the repository lacks is made too.",
      examples: [["drift"]],
    }),
    assignees: Type.Optional({ ...assignees, description: "Logins of those who such an issue is assigned to." }),
    title: Type.Optional({ ...issueTitle, description: "Such an issue's title. Left out, the notification's." }),
  },
  { ...closed, description: "Where in GitHub.", examples: [{ repository: "billing", labels: ["drift"] }] },
);

type Target = Static<typeof target>;

/** One delivery, with all that it needs. */
interface Delivery {
  github: GitHubWriter;
  place: Place;
  notification: Notification;
  target: Target;
  run: NotifyRun;
  mark: string;
}

/** @throws ConnectorError NOT_FOUND when the issue or comment of `run.previous` is gone, or is no longer the route's. */
export async function notify(
  github: GitHubWriter,
  notification: Notification,
  given: Target,
  run: NotifyRun,
): Promise<Notified> {
  const place = placeOf(github, repositoryOf(github, given));
  const delivery = { github, place, notification, target: given, run, mark: runMark(run.key) };
  const rendered = render(notification, given.issue !== undefined);
  const reference =
    given.issue === undefined ? await issue(delivery, rendered) : await comment(delivery, given.issue, rendered);
  return { reference, ...(rendered.truncated === undefined ? {} : { truncated: rendered.truncated }) };
}

function repositoryOf({ account }: GitHubWriter, { repository: named }: Target): string {
  const found = named ?? account.defaultRepository;
  if (found !== undefined) return found;
  const message = "The receiver's target names no repository, and connection.defaultRepository is not set.";
  throw new ConnectorError("VALIDATION", message);
}

async function comment(delivery: Delivery, issueNumber: number, { body }: Rendered): Promise<string> {
  const { github, place, run, mark } = delivery;
  const whole = marked(body, mark);
  if (run.previous !== undefined) {
    const id = idIn(run.previous, `${place.full}#${issueNumber}/`);
    await stillThere(updateComment(github, place, id, whole));
    return run.previous;
  }
  const found = await commentWith(github, place, issueNumber, (one) => hasMark(one.body, mark));
  const { id } = found ?? (await createComment(github, place, issueNumber, whole));
  return `${place.full}#${issueNumber}/${id}`;
}

async function issue(delivery: Delivery, rendered: Rendered): Promise<string> {
  const { github, place, notification, run } = delivery;
  const isOver = notification.status === "resolved";
  if (run.previous === undefined) {
    const made = await create(delivery, rendered);
    if (isOver) await close(github, place, made);
    return `${place.full}#${made}`;
  }
  const number = idIn(run.previous, `${place.full}#`);
  await stillThere(isOver ? resolve(delivery, number) : rewrite(delivery, number, rendered));
  return run.previous;
}

async function create({ github, place, target: given, mark }: Delivery, { title, body }: Rendered): Promise<number> {
  const found = await api.markedIssue(github, place, mark);
  if (found) return found.number;
  const { labels = DEFAULT_LABELS, assignees: people = [], title: own = title } = given;
  const fields = { title: own, body: marked(body, mark), labels, assignees: people };
  return (await api.createIssue(github, place, fields)).number;
}

async function rewrite(delivery: Delivery, issueNumber: number, { title, body }: Rendered): Promise<void> {
  const { github, place, target: given, mark } = delivery;
  const fields = { title: given.title ?? title, body: marked(body, mark), state: "open" };
  await api.updateIssue(github, place.full, issueNumber, fields);
}

async function resolve({ github, place, notification, mark }: Delivery, issueNumber: number): Promise<void> {
  const found = await commentWith(github, place, issueNumber, (one) => hasMark(one.body, mark));
  if (!found) await createComment(github, place, issueNumber, marked(render(notification, true).body, mark));
  await close(github, place, issueNumber);
}

async function close(github: GitHubWriter, place: Place, issueNumber: number): Promise<void> {
  await api.updateIssue(github, place.full, issueNumber, { state: "closed", state_reason: "completed" });
}

/** The number behind what a reference of this place begins with. @throws ConnectorError NOT_FOUND for another's. */
function idIn(reference: string, start: string): number {
  const rest = reference.startsWith(start) ? reference.slice(start.length) : "";
  if (/^\d+$/.test(rest)) return Number(rest);
  throw new ConnectorError("NOT_FOUND", "The earlier notification was sent to another place.");
}

/** GitHub answers 410 for an issue that was deleted, and 301 for one that moved to another repository. */
async function stillThere(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof ConnectorError) || (error.status !== 410 && error.status !== 301)) throw error;
    throw new ConnectorError("NOT_FOUND", error.message, { cause: error, status: error.status });
  }
}
