/** An issue tracker in memory, whose items are reached by actions. */
import { type Connector, ConnectorError, defineAction, defineConnector, Secret, Type } from "../../../src/index.ts";

export interface Tracker {
  connector: Connector;
  readonly issues: Map<string, Record<string, unknown>>;
  /** What `search_issues` and others were given, in order. */
  readonly calls: { name: string; parameters: unknown; key: string }[];
  /** Thrown by the next action. */
  failure: Error | undefined;
}

export const TOKEN = "tracker-token-0123456789";

const closed = { additionalProperties: false } as const;

export function tracker(): Tracker {
  const state: Tracker = {
    issues: new Map(),
    calls: [],
    failure: undefined,
    connector: defineConnector({
      platform: "tracker",
      title: "Tracker",
      connection: Type.Object(
        {
          baseUrl: Type.String(),
          port: Type.Optional(Type.Integer()),
          defaultProject: Type.Optional(Type.String()),
        },
        closed,
      ),
      credentials: Type.Object({ token: Secret(), hooks: Type.Optional(Type.Record(Type.String(), Secret())) }, closed),
      settings: { project_key: "connection.defaultProject" },
      limits: [
        { name: "core", requests: 6000, per: "1h", source: "made up", applies: () => true },
        { name: "writes", requests: 5, per: "1m", source: "made up" },
      ],
      open: (context) => ({ reader: context, writer: context }),
      async check({ credentials }) {
        if (credentials.token !== TOKEN) throw new ConnectorError("AUTH", `The token ${credentials.token} is wrong.`);
        return { version: "9.1", account: { id: "u1", name: "robot" }, scopes: ["write"] };
      },
      actions: {
        create_issue: defineAction({
          description: "Makes an issue.",
          parameters: Type.Object(
            { summary: Type.String(), priority: Type.Optional(Type.Enum(["High", "Low"])) },
            closed,
          ),
          result: Type.Object({}),
          async run(_: unknown, parameters, { key }) {
            note("create_issue", parameters, key);
            const id = String(1000 + state.issues.size);
            const issue = { id, key: `T-${state.issues.size + 1}`, ...parameters };
            state.issues.set(id, issue);
            return issue;
          },
        }),
        get_issue: defineAction({
          description: "Reads an issue.",
          parameters: Type.Object({ issue_id: Type.String() }, closed),
          result: Type.Object({}),
          run: async (_: unknown, { issue_id }) => known(issue_id),
        }),
        update_issue: defineAction({
          description: "Changes an issue.",
          parameters: Type.Object({ issue_id: Type.String(), summary: Type.Optional(Type.String()) }, closed),
          result: Type.Object({}),
          async run(_: unknown, { issue_id, ...fields }) {
            Object.assign(known(issue_id), fields);
            return {};
          },
        }),
        search_issues: defineAction({
          description: "Finds issues.",
          parameters: Type.Object({ jql: Type.String(), limit: Type.Optional(Type.Integer()) }, closed),
          result: Type.Object({}),
          async run(_: unknown, parameters, { key }) {
            note("search_issues", parameters, key);
            return { total: state.issues.size, issues: [...state.issues.values()] };
          },
        }),
        add_comment: defineAction({
          description: "Says something about an issue.",
          parameters: Type.Object(
            { issue_id: Type.String(), text: Type.String(), password: Type.Optional(Secret()) },
            closed,
          ),
          result: Type.Object({}),
          async run(_: unknown, parameters, { key }) {
            note("add_comment", parameters, key);
            if (state.failure) throw state.failure;
            return { echoed: `${parameters.password} and ${TOKEN}` };
          },
        }),
        upload_file: defineAction({
          description: "Attaches a file.",
          parameters: Type.Object({ path: Type.String() }, closed),
          result: Type.Object({}),
          run: async () => ({}),
        }),
      },
    }),
  };
  const note = (name: string, parameters: unknown, key: string) => state.calls.push({ name, parameters, key });
  const known = (id: string) => {
    const issue = state.issues.get(id);
    if (!issue)
      throw new ConnectorError("NOT_FOUND", `There is no issue ${id}.`, { status: 404, platformCode: "gone" });
    return issue;
  };
  return state;
}
