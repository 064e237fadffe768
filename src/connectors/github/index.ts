/** GitHub: github.com, Enterprise Server and data residency. */
import { ConnectorError, defineConnector, Secret, Type } from "../../connector-kit/index.ts";
import { actions } from "./actions.ts";
import { branchProtection } from "./branch-protection.ts";
import { type Account, GitHubReader, GitHubWriter } from "./client.ts";
import { collaborators } from "./collaborators.ts";
import { environments } from "./environments.ts";
import { events } from "./events.ts";
import { labels } from "./labels.ts";
import { members } from "./members.ts";
import { milestones } from "./milestones.ts";
import { notify, target } from "./notify.ts";
import { organizationVariables } from "./organization-variables.ts";
import { organizationWebhooks } from "./organization-webhooks.ts";
import { http, limits } from "./protocol.ts";
import { repositories } from "./repositories.ts";
import { repositoryTeams } from "./repository-teams.ts";
import { organizationRulesets, repositoryRulesets } from "./rulesets.ts";
import { environmentSecrets, secrets } from "./secrets.ts";
import { teams } from "./teams.ts";
import { environmentVariables, variables } from "./variables.ts";
import { webhooks } from "./webhooks.ts";

export default defineConnector({
  platform: "github",
  title: "GitHub",
  connection: Type.Object(
    {
      baseUrl: Type.Optional(
        Type.String({
          pattern: "^https?://",
          description:
            "The REST API's address; for Enterprise Server https://HOST/api/v3. Left out, https://api.github.com.",
          examples: ["https://github.example.com/api/v3"],
        }),
      ),
      organization: Type.Optional(
        Type.String({ minLength: 1, description: "The organisation whose things are declared.", examples: ["acme"] }),
      ),
      owner: Type.Optional(
        Type.String({
          minLength: 1,
          description: "A person's account instead of an organisation's.",
          examples: ["ada"],
        }),
      ),
      defaultRepository: Type.Optional(
        Type.String({
          pattern: "^([A-Za-z0-9_.-]+/)?[A-Za-z0-9_.-]+$",
          description: "Where notifications go that name no repository: a name in the account, or OWNER/NAME.",
          examples: ["operations"],
        }),
      ),
    },
    {
      additionalProperties: false,
      description: "Whose things are declared: organization or owner.",
      examples: [{ organization: "acme" }],
    },
  ),
  credentials: Type.Object(
    {
      token: Type.Optional(
        Secret({
          description: "A personal access token (Settings, Developer settings).",
          examples: [{ env: "GITHUB_TOKEN" }],
        }),
      ),
      appId: Type.Optional(
        Secret({
          description: "A GitHub App's client id or app id, instead of a token.",
          examples: [{ env: "GITHUB_APP_ID" }],
        }),
      ),
      privateKey: Type.Optional(
        Secret({ description: "The App's private key, PEM.", examples: [{ file: "/run/secrets/github-app.pem" }] }),
      ),
      installationId: Type.Optional(
        Secret({
          description: "The App's installation in the organisation.",
          examples: [{ env: "GITHUB_INSTALLATION_ID" }],
        }),
      ),
      webhookSecret: Type.Optional(
        Secret({ description: "The secret of incoming webhooks.", examples: [{ env: "GITHUB_WEBHOOK_SECRET" }] }),
      ),
    },
    {
      additionalProperties: false,
      description: "A token, or a GitHub App's appId, privateKey and installationId.",
      examples: [{ token: { env: "GITHUB_TOKEN" } }],
    },
  ),
  http,
  limits,
  // GitHub takes 100 at once (Rate limits for the REST API: secondary rate limits).
  concurrency: 12,
  open: ({ http: { reader, writer }, connection, credentials, wait }) => {
    const account = accountOf(connection);
    const installation = credentials.token === undefined ? credentials.installationId : undefined;
    return {
      reader: new GitHubReader(reader, account, installation),
      writer: new GitHubWriter(writer, account, installation, wait),
    };
  },
  check: (github) => github.check(),
  identity: (github) => github.identity(),
  resources: {
    repositories,
    labels,
    "repositories.teams": repositoryTeams,
    "repositories.collaborators": collaborators,
    "repositories.branchProtection": branchProtection,
    "repositories.rulesets": repositoryRulesets,
    rulesets: organizationRulesets,
    webhooks: organizationWebhooks,
    variables: organizationVariables,
    teams,
    members,
    milestones,
    environments,
    "repositories.webhooks": webhooks,
    "repositories.variables": variables,
    "repositories.secrets": secrets,
    "environments.variables": environmentVariables,
    "environments.secrets": environmentSecrets,
  },
  actions,
  events,
  target,
  notify,
});

function accountOf(connection: Readonly<Record<string, unknown>>): Account {
  const { baseUrl, organization, owner, defaultRepository } = connection;
  const more = {
    graphql: graphqlAddress(baseUrl),
    ...(typeof defaultRepository === "string" ? { defaultRepository } : {}),
  };
  if (typeof organization === "string" && owner === undefined)
    return { type: "organization", login: organization, ...more };
  if (typeof owner === "string" && organization === undefined) return { type: "owner", login: owner, ...more };
  throw new ConnectorError("VALIDATION", "GitHub needs connection.organization or connection.owner, and not both.");
}

/** Enterprise Server has GraphQL at `/api/graphql`, beside `/api/v3` (docs.github.com, "Forming calls with GraphQL"). */
function graphqlAddress(baseUrl: unknown): string {
  const [, api] = /^(.*\/api)\/v3\/?$/.exec(String(baseUrl ?? "")) ?? [];
  return api === undefined ? "/graphql" : `${api}/graphql`;
}
