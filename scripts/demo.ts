/**
 * The whole way, end to end, against emulated GitHub and Slack: validate, plan, apply, plan again, somebody
 * changes things by hand, drift, repair. Nothing outside this machine is asked.
 *
 *   npm run demo
 *
 * The commands are the real program, run in a folder of their own that is removed at the end.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { styleText } from "node:util";
import { startGitHub } from "../test/support/github.ts";
import { startSlack } from "../test/support/slack.ts";

const root = join(import.meta.dirname, "..");
const program = join(root, "bin/plumbline");

const github = await startGitHub({
  org: "acme",
  defaultLabels: false,
  repositories: [{ name: "website", description: "old text" }],
});
const slack = await startSlack({
  team: "Acme",
  users: [
    { name: "ada", email: "ada@example.com" },
    { name: "grace", email: "grace@example.com" },
  ],
});
const folder = await mkdtemp(join(tmpdir(), "plumbline-demo-"));
const environment = {
  PATH: process.env.PATH ?? "",
  HOME: folder,
  TERM: process.env.TERM ?? "dumb",
  ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
  GITHUB_TOKEN: github.token,
  GITHUB_WEBHOOK_SECRET: randomBytes(24).toString("hex"),
  GITHUB_URL: github.url,
  SLACK_BOT_TOKEN: slack.token,
  SLACK_USER_TOKEN: slack.userToken,
  SLACK_URL: slack.url,
};

try {
  await prepare();
  await demo();
} finally {
  await Promise.all([github.close(), slack.close(), rm(folder, { recursive: true, force: true })]);
}

/** The repository's own examples, pointed at the emulators. */
async function prepare(): Promise<void> {
  for (const name of ["github.yaml", "slack.yaml"])
    await cp(join(root, "manifests", name), join(folder, "manifests", name));
  await edit("github.yaml", "organization: acme", "organization: acme\n    baseUrl: { env: GITHUB_URL }");
  await edit("slack.yaml", "platform: slack", "platform: slack\n  connection:\n    baseUrl: { env: SLACK_URL }");
}

async function demo(): Promise<void> {
  say("Two manifests say what must exist in Slack and on GitHub. Both are emulated on this machine.");
  await run(["validate", "-f", "manifests"]);
  say("What would be done? The repository website exists already and is taken over.");
  await run(["plan", "-f", "manifests"]);
  await run(["apply", "-f", "manifests", "--auto-approve"]);
  say("Once more: nothing is left to do.");
  await run(["plan", "-f", "manifests", "--detailed-exitcode"], 0);
  say("Somebody changes a topic, recolours a label and archives a channel by hand.");
  await changeByHand();
  await run(["drift", "-f", "manifests", "--detailed-exitcode"], 2);
  say("Applying puts it right.");
  await run(["apply", "-f", "manifests", "--auto-approve"]);
  await run(["plan", "-f", "manifests", "--detailed-exitcode"], 0);
  say("A change in the manifest, as a pull request would make it.");
  await edit("slack.yaml", '"Sev 1 and 2"', '"Sev 1 to 3"');
  await run(["plan", "-f", "manifests", "--out", "plan.json"]);
  await run(["apply", "plan.json", "--auto-approve"]);
  await run(["get"]);
  say(
    [
      "That is all there is to it. For your own systems:",
      "",
      "  bin/plumbline init my-systems      a starter folder with commented examples",
      "  bin/plumbline connectors slack     what can be declared, and the token it takes",
      "  export SLACK_BOT_TOKEN=…           the credential that the manifest names",
      "  bin/plumbline test acme-slack -f my-systems",
      "  bin/plumbline plan -f my-systems   writes nothing",
    ].join("\n"),
  );
}

async function changeByHand(): Promise<void> {
  const incidents = await slack.channel("incidents");
  const releases = await slack.channel("releases");
  await slack.call("conversations.setTopic", { channel: String(incidents?.id), topic: "lunch orders" }, "bot");
  await slack.call("conversations.archive", { channel: String(releases?.id) }, "bot");
  await github.api("PATCH", "/repos/acme/billing/labels/bug", { color: "ffffff" });
}

async function edit(name: string, before: string, after: string): Promise<void> {
  const file = join(folder, "manifests", name);
  await writeFile(file, (await readFile(file, "utf8")).replace(before, after));
}

/** Runs a command, showing it as a reader would type it. @throws Error when it ends with another code. */
async function run(args: readonly string[], expected = 0): Promise<void> {
  console.log(`\n${styleText("bold", `$ plumbline ${args.join(" ")}`)}`);
  const child = spawn(program, args, { cwd: folder, env: environment, stdio: ["ignore", "inherit", "inherit"] });
  const [code] = (await once(child, "exit")) as [number | null];
  if (expected !== 0) console.log(`(exit code ${code})`);
  if (code !== expected) throw new Error(`plumbline ${args[0]} ended with ${code}, not ${expected}.`);
}

function say(text: string): void {
  console.log(
    `\n${text
      .split("\n")
      .map((line) => styleText("cyan", `# ${line}`.trimEnd()))
      .join("\n")}`,
  );
}
