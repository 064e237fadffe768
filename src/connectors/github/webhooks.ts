/**
 * Webhooks of a repository, by the address that they send to.
 *
 * The secret cannot be read back: GitHub answers asterisks, which are never taken for a value. A stated secret goes
 * along with every change of the configuration, so that it is right whatever GitHub keeps. New hooks send JSON
 * unless the manifest says otherwise; GitHub's own default, a form, is what nobody expects.
 */
import { defineResource, type Observed, perParent, Secret, type Static, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import {
  createHook,
  deleteHook,
  type HookConfig,
  listHooks,
  type RawHook,
  repositoryHooks,
  updateHook,
  updateHookConfig,
} from "./hooks-api.ts";

/** The same for a repository's hooks and an organisation's. */
export const Webhook = Type.Object(
  {
    url: Type.String({
      pattern: "^https?://",
      description: "Where GitHub sends events to; one webhook for each address.",
      examples: ["https://ci.example.com/github"],
    }),
    events: Type.Optional(
      Type.Array(Type.String({ minLength: 1, description: "An event's name.", examples: ["push"] }), {
        minItems: 1,
        "x-kubernetes-list-type": "set",
        description: 'The events that are sent, `["*"]` for all; a new webhook sends push when none are stated.',
        examples: [["push", "pull_request"]],
      }),
    ),
    active: Type.Optional(Type.Boolean({ description: "Whether it sends anything.", examples: [true] })),
    content_type: Type.Optional(
      Type.Enum(["json", "form"], { description: "How events are written; new webhooks: json.", examples: ["json"] }),
    ),
    insecure_ssl: Type.Optional(
      Type.Enum(["0", "1"], {
        description: 'Whether a wrong certificate is let pass: "0" no, "1" yes. Quoted.',
        examples: ["0"],
      }),
    ),
    secret: Type.Optional(
      Secret({ description: "What events are signed with; cannot be read back.", examples: [{ env: "HOOK_SECRET" }] }),
    ),
  },
  {
    additionalProperties: false,
    description: "A webhook.",
    examples: [{ url: "https://ci.example.com/github", events: ["push"], secret: { env: "HOOK_SECRET" } }],
  },
);

export type Webhook = Static<typeof Webhook>;

export const webhooks = defineResource({
  schema: Webhook,
  parent: "repositories",
  key: (webhook) => webhook.url,
  rename: true,
  list: (github: GitHubReader, { parents }) =>
    perParent(parents, async function* (repository) {
      const place = repositoryHooks(github, repository.spec.name as string);
      for await (const hook of listHooks(github, place)) yield observedHook(hook);
    }),
  async create(github: GitHubWriter, { desired, parent }) {
    const { id } = await createHook(github, repositoryHooks(github, parent.spec.name as string), newHook(desired));
    return { id: String(id) };
  },
  async update(github, { observed, desired, changes }) {
    const place = repositoryHooks(github, observed.parent?.spec.name as string);
    const { config, rest } = hookChanges(changes, desired);
    if (rest) await updateHook(github, place, calledAs(observed), rest);
    if (config) await updateHookConfig(github, place, calledAs(observed), config);
  },
  remove: (github, observed) =>
    deleteHook(github, repositoryHooks(github, observed.parent?.spec.name as string), calledAs(observed)),
});

/** What a hook shows: all but its secret. */
export function observedHook({ id, active, events, config }: RawHook): { id: string; spec: Partial<Webhook> } {
  const { url, content_type: type, insecure_ssl: insecure } = config;
  return {
    id: String(id),
    spec: {
      active,
      events: [...events],
      ...(url === undefined ? {} : { url }),
      ...(type === "json" || type === "form" ? { content_type: type } : {}),
      ...(insecure === undefined ? {} : { insecure_ssl: String(insecure) === "1" ? "1" : "0" }),
    },
  };
}

/** The body that makes a hook. */
export function newHook(webhook: Webhook): { events?: string[]; active?: boolean; config: HookConfig } {
  const { events, active, ...config } = webhook;
  return {
    ...(events === undefined ? {} : { events }),
    ...(active === undefined ? {} : { active }),
    config: { content_type: "json", ...config },
  };
}

/** What changes of the configuration, with the stated secret, and what of the rest; undefined where nothing does. */
export function hookChanges(
  changes: Partial<Webhook>,
  desired: Webhook,
): { config: HookConfig | undefined; rest: { events?: string[]; active?: boolean } | undefined } {
  const { events, active, ...config } = changes;
  const rest = { ...(events === undefined ? {} : { events }), ...(active === undefined ? {} : { active }) };
  const secret = desired.secret === undefined ? {} : { secret: desired.secret };
  return {
    config: Object.keys(config).length > 0 ? { ...secret, ...config } : undefined,
    rest: Object.keys(rest).length > 0 ? rest : undefined,
  };
}

function calledAs({ id, spec }: Observed<Webhook>): { id: string; url: string } {
  return { id, url: spec.url as string };
}
