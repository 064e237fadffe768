/** GitHub in the suite that every connector passes. */
import github from "../../../src/connectors/github/index.ts";
import { startGitHub } from "../../support/github.ts";
import { describeConnector } from "../contract.ts";

describeConnector({
  connector: github,
  spec: "github",
  async start({ smallPages }) {
    const { url, token, org, close } = await startGitHub({
      defaultLabels: false,
      ...(smallPages ? { pageLimit: 1 } : {}),
    });
    return {
      url,
      connection: { organization: org },
      credentials: { token, webhookSecret: "It's a Secret to Everybody" },
      close,
    };
  },
  kinds: {
    repositories: {
      entries: [
        {
          name: "Billing",
          description: "Invoices",
          visibility: "private",
          topics: ["payments", "money"],
          has_wiki: false,
          allow_squash_merge: true,
          allow_update_branch: true,
          squash_merge_commit_title: "PR_TITLE",
          squash_merge_commit_message: "PR_BODY",
          web_commit_signoff_required: true,
        },
        { name: "shop", visibility: "public" },
      ],
      change: {
        description: "",
        topics: ["money"],
        has_wiki: true,
        allow_update_branch: false,
        homepage: "https://acme.example",
      },
    },
    "repositories.labels": {
      entries: [
        { name: "area/api #1 & co", color: "D73A4A", description: "" },
        { name: "100%", color: "008672", description: "all of it" },
      ],
      change: { color: "0052CC", description: "The API" },
    },
  },
  refusals: [
    {
      name: "a 403 that speaks of a secondary rate limit",
      answer: { status: 403, body: { message: "You have exceeded a secondary rate limit." } },
      code: "RATE_LIMITED",
    },
    {
      name: "a 403 with no requests remaining",
      answer: { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" }, body: {} },
      code: "RATE_LIMITED",
    },
    {
      name: "a 422 with already_exists",
      answer: {
        status: 422,
        body: { message: "Validation Failed", errors: [{ code: "already_exists", field: "name" }] },
      },
      code: "CONFLICT",
    },
  ],
});
