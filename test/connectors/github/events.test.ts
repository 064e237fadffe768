/** What GitHub sends: what an event is about, which id it has, and whose doing it was. */
import { describe, expect, test } from "vitest";
import { authenticateOf, type Events, isOwnEvent, remembersBytes, verify } from "../../../src/connector-kit/index.ts";
import github from "../../../src/connectors/github/index.ts";
import { bytesOf, FORM, fromGitHub, GITHUB_SECRET } from "../../support/inbound.ts";

const events = github.events as Events;
const authenticate = authenticateOf(events, {});
const context = { connection: {}, newId: () => "made" };
const credentials = { webhookSecret: GITHUB_SECRET };
const letIn = (request: ReturnType<typeof fromGitHub>) => verify(authenticate, request, credentials, 0);

test("the published example is let in, and nothing signed by SHA-1", () => {
  const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const body = bytesOf("Hello, World!");
  expect(letIn({ headers: { "X-Hub-Signature-256": signature }, query: {}, body })).toEqual({ ok: true });
  expect(letIn({ headers: { "X-Hub-Signature": signature }, query: {}, body })).toEqual({
    ok: false,
    reason: "the header X-Hub-Signature-256 is missing",
  });
});

test("one blank less under the old signature is refused", () => {
  const { headers } = fromGitHub("issues", '{"action":"opened",  "issue":{}}');
  expect(letIn({ headers, query: {}, body: bytesOf('{"action":"opened", "issue":{}}') }).ok).toBe(false);
});

test("bytes are remembered, since neither id nor time is signed", () => {
  expect(remembersBytes(authenticate)).toBe(true);
});

describe("an event", () => {
  const repository = { full_name: "o/r" };
  const organization = { login: "o" };
  test.each([
    ["issue_comment", { issue: { number: 3 }, comment: { id: 1 }, repository, organization }, "o/r#3"],
    ["pull_request", { number: 4, pull_request: { number: 4 }, repository }, "o/r#4"],
    ["discussion", { discussion: { number: 5 }, repository }, "o/r#5"],
    ["workflow_run", { workflow_run: { id: 1 }, repository, organization }, "o/r"],
    ["team", { team: { slug: "t" }, organization }, "o"],
    ["security_advisory", { security_advisory: {} }, undefined],
  ])("%s with %j is about %s", (name, body, subject) => {
    const [event] = events.parse(fromGitHub(name, body), context);
    expect(event).toMatchObject({ name, data: body });
    expect(event?.subject).toBe(subject);
  });

  test("of a name that nobody listed is taken in all the same", () => {
    expect(events.parse(fromGitHub("something_new", {}), context)).toMatchObject([{ name: "something_new" }]);
  });

  test.each([
    ["without an id", { "x-github-delivery": "" }, "X-GitHub-Delivery"],
    ["without a name", { "x-github-event": "" }, "X-GitHub-Event"],
    ["with a name that is none", { "x-github-event": "s3cret/../x" }, "X-GitHub-Event"],
  ])("%s is an error that names the header", (_, headers, named) => {
    const request = fromGitHub("push", {}, headers as Record<string, string>);
    expect(() => events.parse(request, context)).toThrow(named);
    expect(() => events.parse(request, context)).not.toThrow("s3cret");
  });

  test.each([
    ["a form without its field", "a=1", FORM, 'The form lacks the field "payload".'],
    ["what is no JSON", "s3cret", "application/json", "The payload is no JSON."],
    ["what is no object", "[1]", "application/json", "The payload is no JSON object."],
  ])("in %s is an error that does not repeat it", (_, body, type, message) => {
    const request = fromGitHub("push", body, { "content-type": type });
    expect(() => events.parse(request, context)).toThrow(new Error(message));
  });
});

describe("an event is the account's own doing", () => {
  test.each([
    ["by its login", { sender: { login: "Plumbline[bot]" } }, { id: "7", name: "plumbline[bot]" }, true],
    ["not by another's", { sender: { login: "ada" } }, { id: "7", name: "plumbline[bot]" }, false],
    ["not by a login that is its number", { sender: { login: "7" } }, { id: "7", name: "ada" }, false],
    [
      "not by the number of an account, which may be an App's",
      { sender: { login: "ada", id: 7 } },
      { id: "7", name: "p[bot]" },
      false,
    ],
    ["not where nobody caused it", {}, { id: "7", name: "ada" }, false],
  ])("%s", (_, data, account, own) => {
    expect(isOwnEvent(events, { name: "push", data }, account)).toBe(own);
  });

  test("and nobody's where the account is not known", () => {
    expect(isOwnEvent(events, { name: "push", data: { sender: { login: "ada" } } }, undefined)).toBe(false);
  });
});
