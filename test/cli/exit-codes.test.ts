/** Which number each command ends with, run for real, and that the documentation says the same. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { gitEnv, repositoryIn } from "../support/git.ts";
import { interrupter, manifest, type Place, place, twoRooms } from "./fixture.ts";

interface Row {
  /** The command with the flags that matter. */
  command: string;
  situation: string;
  code: 0 | 1 | 2 | 130;
  /** Brings the situation about; default: nothing was applied, and both rooms are to be created. */
  given?: (here: Place) => unknown;
  /** What is run, where it is more than the command: names, and `--auto-approve`. */
  line?: string;
  answer?: string;
  /** Sends the process a signal as soon as it listens for one. */
  stopped?: true;
}

const write = (text: string) => (here: Place) => writeFileSync(join(here.folder, "acme.yaml"), text);
const withPolicy = (policy: string, rooms = twoRooms) => manifest(rooms, `  policy: { ${policy} }\n`);
const applied = (here: Place) => here.run("apply --auto-approve");
const moved = async (here: Place) => {
  await applied(here);
  Object.assign(here.fake.room("incidents") as object, { topic: "moved" });
};
/** Applies one text, and puts another in its place. */
const turned = (before: string, after: string) => async (here: Place) => {
  write(before)(here);
  await applied(here);
  write(after)(here);
};
const scenario = (expected: string) =>
  `${manifest(twoRooms)}---
apiVersion: plumbline.dev/v1alpha1
kind: Scenario
metadata: { name: nothing-happens }
spec: { given: [{ at: 0s, event: { type: a } }], expect: ${expected} }
`;
const unread = (here: Place) => here.fake.failRead("list rooms 1", "PERMISSION");
const signedOut = (here: Place) => here.fake.failRead("identity", "AUTH");
const wrong = write(manifest("    rooms: 1\n"));
const empty = (here: Place) => rmSync(join(here.folder, "acme.yaml"));
const saved = (here: Place) => here.run("plan --out plan.json");
const second = (here: Place) =>
  writeFileSync(
    join(here.folder, "other.yaml"),
    manifest("    teams: []\n", "  credentials: { token: { env: NOT_SET } }\n").replace("name: acme", "name: other"),
  );
const removing = turned(withPolicy("prune: true"), withPolicy("prune: true, maxRemovals: 1", "    rooms: []\n"));
const protectedRoom = twoRooms.replace(
  "      - name: releases",
  "      - name: releases\n        lifecycle: { preventDestroy: true }",
);
const without = "    rooms:\n      - name: incidents\n        topic: Sev 1 and 2\n";
/** Commits what is there as the base, and this in its place on a branch. */
const branched =
  (head = manifest(twoRooms)) =>
  ({ folder }: Place) => {
    const { git, commit } = repositoryIn(folder);
    git("init", "--quiet", "--initial-branch=main");
    commit();
    git("switch", "--quiet", "--create", "change");
    commit({ "acme.yaml": head });
  };
const held = async ({ folder }: Place) => {
  const store = await openStore(undefined, { mode: "write", folder, version: "0.1.0" });
  onTestFinished(() => store.close());
  await store.lock({ pid: 1, host: "elsewhere", command: "plumbline apply", since: "2026-11-25T12:00:00Z" }, 0);
};

const rows: readonly Row[] = [
  { command: "validate", situation: "every manifest is right", code: 0 },
  { command: "validate", situation: "a manifest, or the configuration, is wrong", code: 1, given: wrong },
  {
    command: "validate",
    situation: "a Scenario fails",
    given: write(scenario("[{ at: 0s, receiver: acme }]")),
    code: 1,
  },
  { command: "validate", situation: "there is no manifest", code: 1, given: empty },
  { command: "simulate --scenarios", situation: "all Scenarios pass", given: write(scenario("[]")), code: 0 },
  {
    command: "simulate --scenarios",
    situation: "one fails",
    given: write(scenario("[{ at: 0s, receiver: acme }]")),
    code: 1,
  },
  { command: "simulate --scenarios", situation: "there is none", code: 1 },

  { command: "plan", situation: "there is nothing to do", code: 0, given: applied },
  { command: "plan", situation: "there are changes", code: 0 },
  { command: "plan", situation: "a manifest is wrong", code: 1, given: wrong },
  { command: "plan", situation: "a kind of thing could not be read", code: 1, given: unread },
  { command: "plan", situation: "a system refuses the credential or cannot be reached", code: 1, given: signedOut },
  { command: "plan", situation: "one Integration of several failed", code: 1, given: second },
  { command: "plan", situation: "`--only` names what is not there", code: 1, line: "plan --only nobody" },
  { command: "plan --detailed-exitcode", situation: "there is nothing to do", code: 0, given: applied },
  { command: "plan --detailed-exitcode", situation: "something would be written to a system", code: 2 },
  {
    ...{ command: "plan --detailed-exitcode", situation: "things would be taken over as they are", code: 0 },
    given({ fake }) {
      fake.addRoom({ name: "incidents", topic: "Sev 1 and 2" });
      fake.addRoom({ name: "releases" });
    },
  },
  {
    ...{ command: "plan --detailed-exitcode", situation: "all changes are blocked", code: 0 },
    given: turned(manifest(twoRooms), manifest("    rooms: []\n")),
  },
  {
    ...{ command: "plan --detailed-exitcode", situation: "there are differences under `mode: Observe`", code: 0 },
    given: write(withPolicy("mode: Observe")),
  },
  {
    ...{
      command: "plan --detailed-exitcode",
      situation: "something could not be read, whatever else would change",
      code: 1,
    },
    given(here) {
      write(manifest(`${twoRooms}    teams:\n      - handle: oncall\n`))(here);
      unread(here);
    },
  },
  {
    ...{ command: "plan --base REF", situation: "there is no such branch, tag or commit, or no merge base", code: 1 },
    ...{ given: branched(), line: "plan --base nowhere" },
  },
  {
    ...{ command: "plan --base REF", situation: "an Integration's connection or credentials differ from the base's" },
    ...{
      code: 1,
      given: branched(manifest(twoRooms, "  connection: { baseUrl: 'https://b' }\n")),
      line: "plan --base main",
    },
  },
  {
    ...{ command: "plan --base REF --detailed-exitcode", situation: "only what was different before would be written" },
    ...{ code: 2, given: branched(), line: "plan --base main --detailed-exitcode" },
  },
  {
    ...{ command: "plan --base REF --offline --detailed-exitcode", situation: "the manifests say the same", code: 0 },
    ...{ given: branched(), line: "plan --base main --offline --detailed-exitcode" },
  },
  {
    command: "plan --base REF --offline --detailed-exitcode",
    ...{ situation: "the manifests differ in what would be written", code: 2 },
    ...{
      given: branched(manifest(`${twoRooms}      - name: more\n`)),
      line: "plan --base main --offline --detailed-exitcode",
    },
  },
  { command: "plan --offline", situation: "`--base` is not given", code: 1, given: branched() },

  { command: "drift", situation: "something drifted", code: 0, given: moved },
  { command: "drift", situation: "something could not be read", code: 1, given: unread },
  { command: "drift --detailed-exitcode", situation: "nothing drifted", code: 0, given: applied },
  {
    ...{ command: "drift --detailed-exitcode", situation: "only a manifest changed", code: 0 },
    given: turned(manifest(twoRooms), manifest(twoRooms.replace("Sev 1 and 2", "new"))),
  },
  { command: "drift --detailed-exitcode", situation: "something drifted", code: 2, given: moved },
  {
    ...{ command: "drift --detailed-exitcode", situation: "something drifted under `mode: Observe`", code: 2 },
    async given(here) {
      await moved(here);
      write(withPolicy("mode: Observe"))(here);
    },
  },
  { command: "drift --detailed-exitcode", situation: "nothing is on record, and something differs", code: 2 },
  { command: "drift --detailed-exitcode", situation: "something could not be read", code: 1, given: unread },

  { command: "apply", situation: "all changes were made", code: 0, line: "apply --auto-approve" },
  { command: "apply", situation: "there is nothing to do", code: 0, line: "apply --auto-approve", given: applied },
  { command: "apply", situation: "a person approved, and all changes were made", code: 0, answer: "y" },
  { command: "apply", situation: "a person did not approve", code: 1, answer: "n" },
  { command: "apply", situation: "nobody can be asked, and `--auto-approve` is not given", code: 1 },
  { command: "apply", situation: "a manifest is wrong", code: 1, line: "apply --auto-approve", given: wrong },
  {
    ...{ command: "apply", situation: "a change failed", code: 1, line: "apply --auto-approve" },
    given: ({ fake }) => fake.failWrite("create rooms/incidents"),
  },
  { command: "apply", situation: "something could not be read", code: 1, line: "apply --auto-approve", given: unread },
  {
    command: "apply",
    situation: "one Integration of several failed",
    code: 1,
    line: "apply --auto-approve",
    given: second,
  },
  { command: "apply", situation: "a brake held removals back", code: 1, line: "apply --auto-approve", given: removing },
  {
    ...{ command: "apply --confirm-removals N", situation: "N is the number of removals", code: 0 },
    ...{ line: "apply --auto-approve --confirm-removals 2", given: removing },
  },
  {
    ...{ command: "apply --confirm-removals N", situation: "N is another number", code: 1 },
    ...{ line: "apply --auto-approve --confirm-removals 1", given: removing },
  },
  {
    ...{ command: "apply", situation: "`preventDestroy` held a removal back", code: 1, line: "apply --auto-approve" },
    given: turned(withPolicy("prune: true", protectedRoom), withPolicy("prune: true", without)),
  },
  {
    ...{
      command: "apply",
      situation: "only `prune: false` held something back",
      code: 0,
      line: "apply --auto-approve",
    },
    given: turned(manifest(twoRooms), manifest(without)),
  },
  {
    ...{
      command: "apply",
      situation: "only `adopt: false` held something back",
      code: 0,
      line: "apply --auto-approve",
    },
    given(here) {
      here.fake.addRoom({ name: "incidents", topic: "x" });
      write(withPolicy("adopt: false"))(here);
    },
  },
  {
    ...{
      command: "apply",
      situation: "only `mode: Observe` held something back",
      code: 0,
      line: "apply --auto-approve",
    },
    given: write(withPolicy("mode: Observe")),
  },
  {
    ...{ command: "apply", situation: "a signal stopped it after some of the changes", code: 1 },
    ...{ line: "apply --auto-approve", stopped: true },
    given: write(manifest("    rooms:\n      - { name: incidents, notes: [{ title: a }] }\n")),
  },
  {
    ...{
      command: "apply",
      situation: "somebody else is applying",
      code: 1,
      line: "apply --auto-approve --lock-timeout 0s",
    },
    given: held,
  },
  {
    command: "apply plan.json",
    situation: "the plan fits, and all changes were made",
    code: 0,
    line: "apply plan.json --auto-approve",
    given: saved,
  },
  {
    ...{
      command: "apply plan.json",
      situation: "the plan does not fit any more",
      code: 1,
      line: "apply plan.json --auto-approve",
    },
    async given(here) {
      await saved(here);
      here.fake.addRoom({ name: "releases", topic: "other" });
    },
  },

  { command: "show plan.json", situation: "it is a plan, with changes or failures or none", code: 0, given: saved },
  { command: "show plan.json", situation: "it is no plan, or a damaged one", code: 1 },

  { command: "test INTEGRATION", situation: "the system answers", code: 0, line: "test acme" },
  {
    command: "test INTEGRATION",
    situation: "the system refuses the credential or cannot be reached",
    code: 1,
    line: "test acme",
    given: (here) => here.fake.failRead("check", "AUTH"),
  },
  { command: "test INTEGRATION", situation: "there is no such Integration", code: 1, line: "test nobody" },

  {
    ...{ command: "import INTEGRATION", code: 0, line: "import acme" },
    situation: "all that is live was written, or all but what it named on stderr",
    given({ fake }) {
      fake.addRoom({ name: "twice" });
      fake.addRoom({ name: "Twice" });
    },
  },
  {
    ...{ command: "import INTEGRATION", situation: "something could not be read: nothing is written", code: 1 },
    ...{ line: "import acme", given: unread },
  },
  { command: "import INTEGRATION KIND", situation: "there is no such kind", code: 1, line: "import acme roms" },
  {
    ...{ command: "import INTEGRATION --write", code: 0, line: "import acme --write" },
    situation: "the file states what is live, or all but what was named on stderr",
    given: ({ fake }) => fake.addRoom({ name: "undeclared" }),
  },
  {
    ...{ command: "import INTEGRATION --write", code: 1, line: "import acme --write", given: unread },
    situation: "something could not be read, or the file cannot be changed safely: it stays as it was",
  },
  { command: "fmt", situation: "all manifests are in their canonical form now", code: 0 },
  {
    ...{ command: "fmt", code: 1, given: write("apiVersion: plumbline.dev/v1alpha1\nkind: [\n") },
    situation: "a file is no YAML or cannot be written: it is named, the others are formatted",
  },
  {
    ...{ command: "fmt --check", situation: "a file would change", code: 1 },
    given: write(manifest(twoRooms).replace("name: acme", "name:   acme")),
  },

  {
    ...{ command: "execute INTEGRATION ACTION", code: 1, line: "execute acme say" },
    situation: "there is no such action, or a parameter is missing, unknown or wrong",
  },

  { command: "doctor", situation: "no step failed, whatever it warned of", code: 0, given: held },
  { command: "doctor", situation: "a step failed", code: 1, given: signedOut },

  {
    command: "get",
    situation: "what is declared and on record was shown, ready or not",
    code: 0,
    async given(here) {
      unread(here);
      await applied(here);
    },
  },
  { command: "get", situation: "nothing is declared or on record", code: 0, given: empty },
  { command: "get", situation: "a manifest is wrong: it says so, and shows the rest", code: 0, given: wrong },
  { command: "get", situation: "there is no such kind or object", code: 1, line: "get integration nobody" },

  {
    command: "forget INTEGRATION",
    situation: "it was forgotten",
    code: 0,
    line: "forget acme --auto-approve",
    given: applied,
  },
  {
    command: "forget INTEGRATION",
    situation: "a person did not approve",
    code: 1,
    line: "forget acme",
    answer: "n",
    given: applied,
  },
  {
    command: "forget INTEGRATION",
    situation: "nothing is on record of it",
    code: 1,
    line: "forget acme --auto-approve",
  },

  { command: "any", situation: "`--help` or `--version` is given", code: 0, line: "plan --help" },
  { command: "any", situation: "a signal stopped it, and nothing was written", code: 130, line: "plan", stopped: true },
  { command: "any", situation: "the command line cannot be understood", code: 1, line: "plan --detailled" },
  {
    ...{ command: "any", situation: "the state cannot be opened", code: 1, line: "plan" },
    async given(here) {
      await applied(here);
      writeFileSync(join(here.folder, ".plumbline/state.db"), "no database ".repeat(1000));
    },
  },
];

test.each(rows)("$command ends with $code where $situation", async (row) => {
  const { command, code, given, line, answer, stopped } = row;
  const here = place();
  const interrupt = interrupter();
  await given?.(here);
  if (command === "apply" && stopped) here.fake.beforeWrite("create rooms/incidents", () => interrupt.send());
  const result = await here.run(line ?? command, {
    env: gitEnv,
    ...(answer === undefined ? {} : { answer }),
    ...(stopped ? { signals: command === "apply" ? interrupt.signals : (send) => queueMicrotask(send) } : {}),
  });
  expect(result.code, result.stdout + result.stderr).toBe(code);
});

test("the documentation has the same rows in the same order", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/exit-codes.md"), "utf8");
  const documented = text
    .split("\n")
    .filter((line) => /^\| .* \| \d+ \|$/.test(line))
    .map((line) => line.slice(2, -2).split(" | "));
  expect(documented).toEqual(
    rows.map(({ command, situation, code }) => [command === "any" ? "any" : `\`${command}\``, situation, String(code)]),
  );
});
