/** The statuses of a commit. Of a context's statuses the newest counts, so setting one twice is setting it once. */
import { defineAction, path, Type } from "../../connector-kit/index.ts";
import { closed, link, placeOf, repository, sha } from "./action-parameters.ts";
import type { GitHubWriter } from "./client.ts";

const commit = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

const state = Type.Enum(["error", "failure", "pending", "success"], {
  description: "How it went.",
  examples: ["success"],
});

const context = Type.String({
  minLength: 1,
  description: "Who says it: of each context the newest status counts.",
  examples: ["ci/build"],
});

export const createCommitStatus = defineAction({
  description: "Says of a commit how something went.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      sha,
      state,
      context: Type.Optional(context),
      description: Type.Optional(
        Type.String({ maxLength: 140, description: "A short text.", examples: ["Built in 2 minutes"] }),
      ),
      target_url: Type.Optional(link),
    },
    {
      ...closed,
      description: "The status. Without a context it is `default`'s.",
      examples: [{ repository: "billing", sha: commit, state: "success", context: "ci/build" }],
    },
  ),
  result: Type.Object(
    { id: Type.Integer({ description: "The status's id.", examples: [1] }), state, context },
    { ...closed, description: "The status.", examples: [{ id: 1, state: "success", context: "ci/build" }] },
  ),
  run: async (github: GitHubWriter, { repository: name, sha: ref, ...json }) => {
    const place = placeOf(github, name);
    const options = { json, repeatable: true, what: `set a status of ${ref} in ${place.full}` };
    const { body } = await github.http.post(place.path + path`/statuses/${ref}`, options);
    const { id, state: set, context: of } = body as { id: number; state: typeof json.state; context: string };
    return { id, state: set, context: of };
  },
});
