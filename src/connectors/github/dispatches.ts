/**
 * Starting GitHub Actions.
 *
 * GitHub has no key by which it knows a repetition, so neither is sent twice by itself. What a workflow's start
 * answers depends on the version: nothing, or the run. The run is asked for; servers that do not know the
 * question refuse it, and are asked again without it.
 */
import { ConnectorError, defineAction, path, Type } from "../../connector-kit/index.ts";
import { address, closed, placeOf, repository } from "./action-parameters.ts";
import type { GitHubWriter } from "./client.ts";

export const dispatchWorkflow = defineAction({
  description: "Starts a workflow that has the trigger workflow_dispatch.",
  parameters: Type.Object(
    {
      repository,
      workflow: Type.String({
        pattern: "^[^/]+$",
        description: "The name of the workflow's file, or its id.",
        examples: ["deploy.yml"],
      }),
      ref: Type.String({
        minLength: 1,
        description: "The branch or tag whose workflow is started.",
        examples: ["main"],
      }),
      inputs: Type.Optional(
        Type.Record(Type.String(), Type.String(), {
          maxProperties: 25,
          description: "The workflow's inputs, each a text: quote numbers and `true`.",
          examples: [{ environment: "staging" }],
        }),
      ),
    },
    {
      ...closed,
      description: "The workflow and its inputs.",
      examples: [{ repository: "billing", workflow: "deploy.yml", ref: "main" }],
    },
  ),
  result: Type.Object(
    {
      workflow_run_id: Type.Optional(Type.Integer({ description: "The run that it started.", examples: [30433642] })),
      html_url: Type.Optional(address),
    },
    {
      ...closed,
      description: "The run. Empty where the server does not tell.",
      examples: [{ workflow_run_id: 30433642, html_url: "https://github.com/acme/billing/actions/runs/30433642" }],
    },
  ),
  run: async (github: GitHubWriter, { repository: name, workflow, ...fields }) => {
    const place = placeOf(github, name);
    const target = place.path + path`/actions/workflows/${workflow}/dispatches`;
    const what = `start the workflow ${workflow} of ${place.full}`;
    try {
      const json = { ...fields, return_run_details: true };
      return runOf((await github.http.post(target, { json, what })).body);
    } catch (error) {
      if (!isUnknownQuestion(error)) throw error;
      return runOf((await github.http.post(target, { json: fields, what })).body);
    }
  },
});

function isUnknownQuestion(error: unknown): boolean {
  return error instanceof ConnectorError && error.status === 422 && error.message.includes("return_run_details");
}

function runOf(body: unknown): { workflow_run_id?: number; html_url?: string } {
  const { workflow_run_id, html_url } = (body ?? {}) as { workflow_run_id?: unknown; html_url?: unknown };
  return {
    ...(typeof workflow_run_id === "number" ? { workflow_run_id } : {}),
    ...(typeof html_url === "string" ? { html_url } : {}),
  };
}

const eventType = Type.String({
  minLength: 1,
  maxLength: 100,
  description: "The name that workflows wait for, under on.repository_dispatch.types.",
  examples: ["deployed"],
});

export const createRepositoryDispatch = defineAction({
  description: "Sends a repository an event that starts workflows on its default branch.",
  parameters: Type.Object(
    {
      repository,
      event_type: eventType,
      client_payload: Type.Optional(
        Type.Record(Type.String(), Type.Unknown(), {
          maxProperties: 10,
          description: "What the workflows find in github.event.client_payload.",
          examples: [{ version: "1.2.3" }],
        }),
      ),
    },
    {
      ...closed,
      description: "The event.",
      examples: [{ repository: "billing", event_type: "deployed" }],
    },
  ),
  result: Type.Object(
    { event_type: eventType },
    {
      ...closed,
      description: "The event. GitHub does not tell what it started.",
      examples: [{ event_type: "deployed" }],
    },
  ),
  run: async (github: GitHubWriter, { repository: name, ...json }) => {
    const place = placeOf(github, name);
    const what = `send the event ${json.event_type} to ${place.full}`;
    await github.http.post(`${place.path}/dispatches`, { json, what });
    return { event_type: json.event_type };
  },
});
