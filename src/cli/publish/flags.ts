/** The flags that post a result on a pull request or merge request. */
import { value } from "../flags.ts";

export const hostNames = ["github", "gitlab"] as const;
export type HostName = (typeof hostNames)[number];

export interface CommentFlags {
  comment?: HostName | undefined;
  "comment-id"?: string | undefined;
}

export const commentFlags = {
  comment: {
    kind: "parsed",
    parse: parseHost,
    optional: true,
    brief: "On the pull request, too: github or gitlab",
  },
  "comment-id": value("Which comment; default what was planned"),
} as const;

/** @throws Error saying which hosts there are. */
function parseHost(text: string): HostName {
  const host = hostNames.find((one) => one === text);
  if (host) return host;
  throw new Error(`"${text}" is not one of ${hostNames.join(", ")}.`);
}
