/**
 * Single mistakes, each put into the example manifests of this repository, which are valid.
 *
 * In a replacement `«` stands where the problem must be found, so that the expected line and column are
 * those of this mark and nobody's count.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Mistake {
  file: "github.yaml" | "slack.yaml" | "rule.yaml" | "notification-route.yaml";
  /** A text that stands in the file once; left out: the end of the file. */
  from?: string;
  to: string;
  code: string;
  /** What the message or the remedy says; the nearest right word, where there is one. */
  says: string;
  /** The path inside the document, with the namespace that it is about. */
  path: string;
  /** A change that makes the mistake possible and is none. */
  also?: { file: Mistake["file"]; from: string; to: string };
}

const token = `ghp_${"0123456789abcdefghijABCDEFGHIJ012345"}`;
const billing = "/spec/resources/repositories/0";

export const mistakes: readonly Mistake[] = [
  // Head and names
  {
    file: "github.yaml",
    from: "apiVersion:",
    to: "«apiVersoin:",
    code: "UnknownField",
    says: 'Did you mean "apiVersion"?',
    path: "/apiVersoin",
  },
  {
    file: "github.yaml",
    from: "v1alpha1",
    to: "v1beta1",
    code: "UnknownVersion",
    says: "Write plumbline.dev/v1alpha1",
    path: "/apiVersion",
  },
  {
    file: "github.yaml",
    from: "kind: Integration",
    to: "kind: «Integratoin",
    code: "UnknownKind",
    says: 'Did you mean "Integration"?',
    path: "/kind",
  },
  {
    file: "github.yaml",
    from: "kind: Integration",
    to: "«knd: Integration",
    code: "UnknownField",
    says: 'Did you mean "kind"?',
    path: "/knd",
  },
  {
    file: "github.yaml",
    from: "kind: Integration\n",
    to: "",
    code: "MissingField",
    says: 'lacks the field "kind"',
    path: "",
  },
  {
    file: "notification-route.yaml",
    from: "name: platform-team",
    to: "name: «Platform-Team",
    code: "InvalidValue",
    says: "a DNS-1123 label",
    path: "/metadata/name",
  },
  {
    file: "notification-route.yaml",
    from: "name: platform-team",
    to: "name: «2026",
    code: "UnquotedString",
    says: 'Write "2026".',
    path: "/metadata/name",
  },
  {
    file: "notification-route.yaml",
    from: "name: platform-team",
    to: "«nmae: platform-team",
    code: "UnknownField",
    says: 'Did you mean "name"?',
    path: "/metadata/nmae",
  },
  {
    file: "notification-route.yaml",
    from: "name: platform-team,",
    to: "name: platform-team, labels: { team: «5 },",
    code: "UnquotedString",
    says: 'Write "5".',
    path: "/metadata/labels/team",
  },
  // The connection and what it signs in with
  {
    file: "github.yaml",
    from: "platform: github",
    to: "platform: «githib",
    code: "UnknownPlatform",
    says: 'Did you mean "github"?',
    path: "/spec/platform",
  },
  {
    file: "github.yaml",
    from: "platform: github",
    to: "«plattform: github",
    code: "UnknownField",
    says: 'Did you mean "platform"?',
    path: "/spec/plattform",
  },
  {
    file: "github.yaml",
    from: "organization: acme",
    to: "«organisation: acme",
    code: "UnknownField",
    says: 'Did you mean "organization"?',
    path: "/spec/connection/organisation",
  },
  {
    file: "github.yaml",
    from: "organization: acme",
    to: "organization: «[acme]",
    code: "WrongType",
    says: "must be a string or { env: NAME }",
    path: "/spec/connection/organization",
  },
  {
    file: "github.yaml",
    from: "organization: acme",
    to: "organization: acme\n    baseUrl: «github.example.com",
    code: "InvalidValue",
    says: "must be an address that starts with https:// or http://",
    path: "/spec/connection/baseUrl",
  },
  {
    file: "github.yaml",
    from: "    token: {",
    to: "    «tokn: {",
    code: "UnknownField",
    says: 'Did you mean "token"?',
    path: "/spec/credentials/tokn",
  },
  {
    file: "github.yaml",
    from: "token: { env: GITHUB_TOKEN_NNN }",
    to: `token: «${token}`,
    code: "LiteralSecret",
    says: "must be a reference to a secret",
    path: "/spec/credentials/token",
  },
  {
    file: "github.yaml",
    from: "token: { env: GITHUB_TOKEN_NNN }",
    to: "token: { «evn: GITHUB_TOKEN_NNN }",
    code: "UnknownField",
    says: 'Did you mean "env"?',
    path: "/spec/credentials/token/evn",
  },
  {
    file: "github.yaml",
    from: "token: { env: GITHUB_TOKEN_NNN }",
    to: "token: «{ env: A, file: b }",
    code: "InvalidValue",
    says: "names several sources: env, file",
    path: "/spec/credentials/token",
  },
  {
    file: "github.yaml",
    from: "token: { env: GITHUB_TOKEN_NNN }",
    to: "token: «{}",
    code: "InvalidValue",
    says: "names no source of the secret",
    path: "/spec/credentials/token",
  },
  {
    file: "github.yaml",
    from: "token: { env: GITHUB_TOKEN_NNN }",
    to: "«token:",
    code: "EmptyValue",
    says: "Write a reference such as { env: NAME }",
    path: "/spec/credentials/token",
  },
  // The policy and what else is common
  {
    file: "github.yaml",
    from: "prune: true",
    to: "«prun: true",
    code: "UnknownField",
    says: 'Did you mean "prune"?',
    path: "/spec/policy/prun",
  },
  {
    file: "github.yaml",
    from: "prune: true",
    to: 'prune: «"true"',
    code: "WrongType",
    says: "Write true, without quotes.",
    path: "/spec/policy/prune",
  },
  {
    file: "github.yaml",
    from: "prune: true",
    to: "prune: «yes",
    code: "WrongType",
    says: "Write true, without quotes.",
    path: "/spec/policy/prune",
  },
  {
    file: "github.yaml",
    from: "maxRemovals: 5",
    to: "maxRemovals: «-1",
    code: "InvalidValue",
    says: "must be 0 or more",
    path: "/spec/policy/maxRemovals",
  },
  {
    file: "github.yaml",
    from: "maxRemovals: 5",
    to: "maxRemovals: «2.5",
    code: "WrongType",
    says: "must be a whole number",
    path: "/spec/policy/maxRemovals",
  },
  {
    file: "github.yaml",
    from: "maxRemovals: 5",
    to: "mode: «Observed",
    code: "InvalidValue",
    says: 'Did you mean "Observe"?',
    path: "/spec/policy/mode",
  },
  {
    file: "github.yaml",
    from: "  policy:",
    to: "  interval: «10\n  policy:",
    code: "UnquotedString",
    says: 'Write "10".',
    path: "/spec/interval",
  },
  {
    file: "github.yaml",
    from: "  policy:",
    to: "  interval: «10 minutes\n  policy:",
    code: "InvalidValue",
    says: "a duration such as 90s",
    path: "/spec/interval",
  },
  {
    file: "github.yaml",
    from: "  policy:",
    to: "  rateLimit: { requestsPerSecond: «0 }\n  policy:",
    code: "InvalidValue",
    says: "must be more than 0",
    path: "/spec/rateLimit/requestsPerSecond",
  },
  {
    file: "github.yaml",
    from: "  policy:",
    to: "  dependsOn: [«acme-slak]\n  policy:",
    code: "UnknownIntegration",
    says: 'Did you mean "acme-slack"?',
    path: "/spec/dependsOn/0",
  },
  {
    ...{ file: "github.yaml", from: "  policy:", to: "  dependsOn: [«acme-slack]\n  policy:", code: "DependencyCycle" },
    ...{ says: "acme-github -> acme-slack -> acme-github", path: "/spec/dependsOn/0" },
    also: { file: "slack.yaml", from: "  policy:", to: "  dependsOn: [acme-github]\n  policy:" },
  },
  {
    ...{ file: "github.yaml", from: "maxRemovals: 5", to: "exclusive: [«repositories.label]", code: "UnknownKind" },
    ...{ says: 'Did you mean "repositories.labels"?', path: "/spec/policy/exclusive/0" },
  },
  // Resources
  {
    file: "github.yaml",
    from: "  resources:\n    repositories:",
    to: "  resources:\n    «repositorys:",
    code: "UnknownField",
    says: 'Did you mean "repositories"?',
    path: "/spec/resources/repositorys",
  },
  {
    file: "github.yaml",
    from: "- name: billing",
    to: "- «nam: billing",
    code: "UnknownField",
    says: 'Did you mean "name"?',
    path: `${billing}/nam`,
  },
  {
    file: "github.yaml",
    from: "- name: billing\n        description",
    to: "- «description",
    code: "MissingField",
    says: 'lacks the field "name"',
    path: billing,
  },
  {
    file: "github.yaml",
    from: "name: website",
    to: "«name: Billing",
    code: "DuplicateKey",
    says: "are one key to GitHub",
    path: "/spec/resources/repositories/1",
  },
  {
    file: "github.yaml",
    from: "visibility: private",
    to: "visibility: «privat",
    code: "InvalidValue",
    says: 'Did you mean "private"?',
    path: `${billing}/visibility`,
  },
  {
    file: "github.yaml",
    from: "topics: [payments, typescript]",
    to: "topics: «payments",
    code: "WrongType",
    says: "Write it as a list",
    path: `${billing}/topics`,
  },
  {
    file: "github.yaml",
    from: "topics: [payments, typescript]",
    to: "topics: [payments, «1.10]",
    code: "UnquotedString",
    says: 'Write "1.10".',
    path: `${billing}/topics/1`,
  },
  {
    file: "github.yaml",
    from: "topics: [payments, typescript]",
    to: "«topics:",
    code: "EmptyValue",
    says: "Write [] for an empty list",
    path: `${billing}/topics`,
  },
  {
    file: "github.yaml",
    from: "allow_merge_commit: false",
    to: "allow_merge_commit: «no",
    code: "WrongType",
    says: "Write false, without quotes.",
    path: `${billing}/allow_merge_commit`,
  },
  {
    file: "github.yaml",
    from: "{ preventDestroy: true }",
    to: "{ «preventDestory: true }",
    code: "UnknownField",
    says: 'Did you mean "preventDestroy"?',
    path: "/spec/resources/repositories/1/lifecycle/preventDestory",
  },
  {
    file: "github.yaml",
    from: 'color: "5319e7"',
    to: "color: «5319e7",
    code: "UnquotedString",
    says: 'Write "5319e7".',
    path: `${billing}/labels/0/color`,
  },
  {
    file: "github.yaml",
    from: 'color: "5319e7"',
    to: 'color: «"#5319e7"',
    code: "InvalidValue",
    says: "Six hex digits without #",
    path: `${billing}/labels/0/color`,
  },
  {
    file: "github.yaml",
    from: "description: Invoices and payments",
    to: `description: «${token}`,
    code: "LiteralSecret",
    says: "in the clear",
    path: `${billing}/description`,
  },
  {
    file: "github.yaml",
    from: "      has_wiki: false",
    to: "      «has_wikis: false",
    code: "UnknownField",
    says: 'Did you mean "has_wiki"?',
    path: "/spec/defaults/repositories/has_wikis",
  },
  {
    file: "github.yaml",
    from: "      has_wiki: false",
    to: "      has_wiki: false\n      «has_wiki: true",
    code: "DuplicateKey",
    says: "has_wiki",
    path: "",
  },
  {
    file: "github.yaml",
    from: '        - { name: area/api, color: "0052cc" }',
    to: "        - «{ name: BUG }",
    code: "DuplicateKey",
    says: "are one key to GitHub",
    path: "/spec/defaults/repositories/labels/1",
  },
  {
    file: "slack.yaml",
    from: "name: incidents",
    to: "«name: #incidents",
    code: "EmptyValue",
    says: "what follows # is a comment",
    path: "/spec/resources/channels/0/name",
  },
  {
    file: "slack.yaml",
    from: "name: incidents",
    to: "name: «Incidents",
    code: "InvalidValue",
    says: "lower-case letters",
    path: "/spec/resources/channels/0/name",
  },
  {
    file: "slack.yaml",
    from: "name: releases",
    to: "«name: incidents",
    code: "DuplicateKey",
    says: "is declared twice",
    path: "/spec/resources/channels/1",
  },
  {
    file: "slack.yaml",
    from: 'topic: "Sev 1 and 2"',
    to: "topic: «2026",
    code: "UnquotedString",
    says: 'Write "2026".',
    path: "/spec/resources/channels/0/topic",
  },
  {
    file: "slack.yaml",
    from: 'topic: "Sev 1 and 2"',
    to: "topic: «[Sev 1]",
    code: "WrongType",
    says: "must be a string, not a list",
    path: "/spec/resources/channels/0/topic",
  },
  {
    file: "slack.yaml",
    from: "    userToken: { env: SLACK_USER_TOKEN_NNN }",
    to: "    userToken: «hunter2",
    code: "LiteralSecret",
    says: "must be a reference to a secret",
    path: "/spec/credentials/userToken",
  },
  {
    file: "slack.yaml",
    from: "    token: { env: SLACK_BOT_TOKEN_NNN }\n    userToken",
    to: "    «userToken",
    code: "MissingField",
    says: 'lacks the field "token"',
    path: "/spec/credentials",
  },
  // Two that say the same
  {
    file: "slack.yaml",
    to: "---\n{ apiVersion: plumbline.dev/v1alpha1, kind: Integration, metadata: { name: «acme-slack, namespace: NNN }, spec: { platform: slack, credentials: { token: { env: OTHER_NNN } } } }\n",
    code: "DuplicateObject",
    says: "is there twice",
    path: "/metadata/name",
  },
  {
    file: "slack.yaml",
    to: "---\n{ apiVersion: plumbline.dev/v1alpha1, kind: Integration, metadata: { name: again, namespace: NNN }, spec: { platform: slack, credentials: { token: { env: SLACK_BOT_TOKEN_NNN }, userToken: { env: SLACK_USER_TOKEN_NNN } }, resources: { channels: [«{ name: releases }] } } }\n",
    code: "DeclaredTwice",
    says: "is declared by two Integrations of one system",
    path: "/spec/resources/channels/0",
  },
  // Rules and routes
  {
    file: "rule.yaml",
    from: "  trigger:",
    to: "  «triger:",
    code: "UnknownField",
    says: 'Did you mean "trigger"?',
    path: "/spec/triger",
  },
  {
    file: "rule.yaml",
    from: "integration: acme-github",
    to: "integration: «acme-githob",
    code: "UnknownIntegration",
    says: 'Did you mean "acme-github"?',
    path: "/spec/trigger/integration",
  },
  {
    file: "rule.yaml",
    from: "integration: acme-github",
    to: "platform: «gitbuh",
    code: "NoSuchPlatform",
    says: 'Did you mean "github"?',
    path: "/spec/trigger/platform",
  },
  {
    file: "rule.yaml",
    from: "integration: acme-slack",
    to: "integration: «acme-slak",
    code: "UnknownIntegration",
    says: 'Did you mean "acme-slack"?',
    path: "/spec/actions/0/integration",
  },
  {
    file: "rule.yaml",
    from: "action: send_message",
    to: "action: «Send Message",
    code: "InvalidValue",
    says: "an action's name such as send_message",
    path: "/spec/actions/0/action",
  },
  {
    file: "rule.yaml",
    from: "    event: issues",
    to: "    «events: issues",
    code: "UnknownField",
    says: 'Did you mean "event"?',
    path: "/spec/trigger/events",
  },
  {
    file: "notification-route.yaml",
    from: "groupWait: 30s",
    to: "groupWait: «30",
    code: "UnquotedString",
    says: 'Write "30".',
    path: "/spec/groupWait",
  },
  {
    file: "notification-route.yaml",
    from: "  receivers:",
    to: "  «recievers:",
    code: "UnknownField",
    says: 'Did you mean "receivers"?',
    path: "/spec/recievers",
  },
  {
    file: "notification-route.yaml",
    from: "integration: acme-slack",
    to: "integration: «acme-github-2",
    code: "UnknownIntegration",
    says: "There is no Integration",
    path: "/spec/receivers/0/integration",
  },
];

const files = ["github.yaml", "slack.yaml", "rule.yaml", "notification-route.yaml"] as const;

/** Where a mistake has to be found. */
export interface Placed extends Mistake {
  /** The folder of its files, which is their namespace too. */
  id: string;
  line: number;
  column: number;
  /** The line that it stands in. */
  source: string;
  files: Readonly<Record<string, string>>;
}

/** Puts each mistake into manifests of a namespace, and with credentials, of their own. */
export function placed(): Placed[] {
  return mistakes.map((mistake, index) => {
    const id = `c${String(index + 1).padStart(2, "0")}`;
    const texts = Object.fromEntries(files.map((name) => [name, mended(name, mistake)]));
    const marked = texts[mistake.file] as string;
    const mark = marked.includes("«") ? marked.indexOf("«") : fallback(marked, mistake);
    const before = marked.slice(0, mark).split("\n");
    const ready = Object.entries(texts).map(([name, text]) => [
      `${id}/${name}`,
      text.replace("«", "").replaceAll("NNN", id),
    ]);
    const all = Object.fromEntries(ready) as Record<string, string>;
    return {
      ...mistake,
      id,
      files: all,
      line: before.length,
      column: (before.at(-1) as string).length + 1,
      source: (all[`${id}/${mistake.file}`] as string).split("\n")[before.length - 1] as string,
    };
  });
}

/** A mistake that leaves no place for a mark is where its value, or its document, starts. */
function fallback(text: string, { code }: Mistake): number {
  return code === "UnknownVersion" ? text.indexOf("plumbline.dev/") : text.indexOf("apiVersion");
}

function mended(name: (typeof files)[number], { file, from, to, also }: Mistake): string {
  const isolated = readFileSync(join(import.meta.dirname, "../../manifests", name), "utf8")
    .replace(/^metadata: \{ name: (\S+) \}/m, "metadata: { name: $1, namespace: NNN }")
    .replaceAll(/\{ env: (\w+) \}/g, "{ env: $1_NNN }");
  const changed = also?.file === name ? replaceOnce(isolated, also.from, also.to) : isolated;
  if (file !== name) return changed;
  return from === undefined ? changed + to : replaceOnce(changed, from, to);
}

/** @throws Error when the text does not hold it exactly once: the examples have changed. */
function replaceOnce(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${JSON.stringify(from)} stands ${parts.length - 1} times in an example.`);
  return parts.join(to);
}
