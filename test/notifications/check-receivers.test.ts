import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Connector, defineConnector, Secret, Type } from "../../src/connector-kit/index.ts";
import { loadManifests } from "../../src/manifests/index.ts";
import { runtimePlatforms } from "../../src/manifests/platforms.ts";
import { checkReceivers } from "../../src/notifications/check-receivers.ts";

const connector = (platform: string, more: Partial<Connector>): Connector =>
  defineConnector({
    platform,
    title: platform.toUpperCase(),
    connection: Type.Object({ room: Type.Optional(Type.String()) }),
    credentials: Type.Object({ hook: Type.Optional(Secret()) }),
    open: () => ({ reader: {}, writer: {} }),
    check: async () => ({}),
    ...(more as object),
  });
const notify = async () => ({});
const text = (description: string) => Type.String({ minLength: 1, description });
const room = Type.Object(
  { room: text("The room's name."), color: Type.Optional(Type.Enum(["red", "green"], { default: "red" })) },
  { additionalProperties: false },
);
const post = Type.Object(
  { room: text("The room's number."), topic: text("What it is about.") },
  { additionalProperties: false },
);
const known: Record<string, Connector | "unloaded"> = {
  chat: connector("chat", { notify, target: room }),
  forum: connector("forum", { notify, target: post }),
  mail: connector("mail", { notify, target: Type.Object({ to: Type.Optional(text("Who.")) }) }),
  board: connector("board", {
    notify,
    target: Type.Object({ room: Type.Optional(text("Where.")), via: Type.Optional(text("How.")) }),
    targetFits: ({ room: place, via }, { connection, credentials }) =>
      place !== undefined || connection.room !== undefined || credentials.includes("hook")
        ? via === "air"
          ? { field: "via", message: "Nothing goes by air." }
          : undefined
        : { field: "room", message: "It names no room.", remedy: "Add room." },
  }),
  ci: connector("ci", {}),
  own: "unloaded",
};

const integrations = [
  ...Object.keys(known).map(
    (name) =>
      `apiVersion: plumbline.dev/v1alpha1\nkind: Integration\nmetadata: { name: ${name} }\nspec: { platform: ${name} }\n---\n`,
  ),
  ...["connection: { room: { env: ROOM } }", "credentials: { hook: { env: HOOK } }"].map(
    (more, n) =>
      `apiVersion: plumbline.dev/v1alpha1\nkind: Integration\nmetadata: { name: board-${n} }\nspec: { platform: board, ${more} }\n---\n`,
  ),
].join("");
const head = "apiVersion: plumbline.dev/v1alpha1\nkind: NotificationRoute\nmetadata: { name: ops }\nspec:\n";

/** What is wrong with the receivers of a route whose spec is the text, as `line:column code message`. */
async function problemsOf(spec: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-receivers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "integrations.yaml"), integrations);
  writeFileSync(join(folder, "route.yaml"), head + spec);
  const platforms = runtimePlatforms({ names: Object.keys(known), load: async (name) => known[name] });
  const { manifests, problems } = await loadManifests({ inputs: ["."], cwd: folder, platforms });
  expect(problems).toEqual([]);
  const found = await checkReceivers(manifests, platforms);
  return found.map(({ line, column, code, message, remedy }) =>
    [`${line}:${column} ${code} ${message}`, remedy ?? []].flat().join(" "),
  );
}

test.each<[string, string, string[]]>([
  [
    "a field that the target has not, at its place",
    "  receivers:\n    - integration: chat\n      target: { room: ops, colour: red }\n",
    ['7:36 UnknownField CHAT\'s target has no field "colour". Did you mean "color"?'],
  ],
  [
    "a field that the target lacks",
    "  receivers: [{ integration: chat, target: { color: green } }]\n",
    ["5:44 MissingField CHAT's target lacks the field \"room\". Add room: The room's name."],
  ],
  [
    "a receiver without a target where one is needed",
    "  receivers: [{ integration: chat }]\n",
    ["5:15 MissingField CHAT's target lacks the field \"room\". Add room: The room's name."],
  ],
  [
    "a value of a nested route, once, though others inherit it",
    "  receivers: [{ integration: mail }]\n  routes:\n    - receivers: [{ integration: chat, target: { room: a, color: blue } }]\n      routes: [{ match: { types: [a] } }]\n",
    ['7:66 InvalidValue The field "color" of CHAT\'s target must be one of red, green.'],
  ],
  [
    "a platform that delivers no notifications",
    "  receivers: [{ integration: ci }]\n",
    [
      "5:30 NoNotifications ci cannot be told anything: CI delivers no notifications. Name an Integration of another platform; `plumbline connectors` says which deliver notifications.",
    ],
  ],
  [
    "a fallback that lacks what its own platform needs, and what does not fit there",
    "  receivers: [{ integration: chat, target: { room: ops }, fallback: forum }]\n",
    [
      '5:69 MissingField FORUM\'s target, which the fallback forum is given too, lacks the field "topic". Add topic: What it is about.',
    ],
  ],
  [
    "a target that does not go with the connection, at the receiver or at the field",
    "  receivers: [{ integration: board }, { integration: board-0, target: { via: air } }]\n",
    [
      "5:15 DoesNotFit The target does not go with board, of BOARD. It names no room. Add room.",
      "5:78 DoesNotFit The target does not go with board-0, of BOARD. Nothing goes by air.",
    ],
  ],
  [
    "a fallback whose connection lacks what the target leaves out",
    "  receivers: [{ integration: board-1, fallback: board }]\n",
    ["5:49 DoesNotFit The target does not go with board, of BOARD. It names no room. Add room."],
  ],
  [
    "what receiver and fallback lack for one reason, once",
    "  receivers: [{ integration: board, fallback: board }]\n",
    ["5:15 DoesNotFit The target does not go with board, of BOARD. It names no room. Add room."],
  ],
  [
    "a fallback that delivers none",
    "  receivers: [{ integration: mail, fallback: ci }]\n",
    [
      "5:46 NoNotifications ci cannot be told anything: CI delivers no notifications. Name an Integration of another platform; `plumbline connectors` says which deliver notifications.",
    ],
  ],
])("validate refuses %s", async (_, spec, expected) => {
  expect(await problemsOf(spec)).toEqual(expected);
});

test.each([
  ["a target that fits, defaults left out", "{ integration: chat, target: { room: ops } }"],
  [
    "a fallback of another platform with fields of its own",
    "{ integration: forum, target: { room: a, topic: b }, fallback: chat }",
  ],
  ["a target that need not be stated", "{ integration: mail }"],
  ["a target whose connection has what it leaves out, from the environment", "{ integration: board-0 }"],
  ["a target whose credentials make up for what it leaves out", "{ integration: board-1 }"],
  ["a platform whose code was not loaded", "{ integration: own, target: { anything: 1 } }"],
])("%s is no problem", async (_, receiver) => {
  expect(await problemsOf(`  receivers: [${receiver}]\n`)).toEqual([]);
});
