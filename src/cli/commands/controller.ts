/** How `plumbline controller` is called: its flags, its help. Its code is in `../run/controller.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposesOf } from "../completion/propose.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FileFlags,
  fileAlias,
  fileFlag,
  lastingStateFlag,
  type StateFlags,
  value,
} from "../flags.ts";

const logFormats = ["json", "text"] as const;

export interface ControllerFlags extends CommonFlags, FileFlags, StateFlags {
  listen?: { host: string; port: number } | undefined;
  "public-url"?: string | undefined;
  "log-format"?: (typeof logFormats)[number] | undefined;
}

/** `plumbline controller`: keeps systems as the manifests say, takes events in, runs rules. */
export const controller = buildCommand<Partial<ControllerFlags>, [], CliContext>({
  docs: documentation(
    "Runs on: reconciles at intervals, takes webhooks in, runs rules",
    [
      ["controller -f manifests", "for this machine alone"],
      ["controller --listen 0.0.0.0:8080", "needs a token"],
      ["controller --public-url https://a.example", "behind a proxy"],
    ],
    "Watches the folder. A mistake in a file keeps its last good version in force. SIGTERM ends it cleanly.",
  ),
  parameters: {
    flags: {
      ...fileFlag,
      listen: {
        kind: "parsed",
        parse: parseListen,
        optional: true,
        brief: "HOST:PORT of the HTTP API; default 127.0.0.1:8080",
      },
      "public-url": value("Where it is reached from outside; default publicUrl"),
      "log-format": {
        kind: "parsed",
        parse: parseFormat,
        optional: true,
        brief: "json or text; default json",
        proposeCompletions: proposesOf(logFormats),
      },
      ...lastingStateFlag,
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...commonAliases },
  },
  loader: lazily(() => import("../run/controller.ts")),
});

/** @throws Error for what is no host with a port. */
export function parseListen(text: string): { host: string; port: number } {
  const [, host = "", digits = ""] = /^(\[[0-9a-f:.]+\]|[^:[\]]+):(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (host === "" || port > 65_535) {
    throw new Error(`"${text}" is no HOST:PORT; write it as 127.0.0.1:8080, or [::1]:8080.`);
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port };
}

function parseFormat(text: string): (typeof logFormats)[number] {
  const format = logFormats.find((one) => one === text);
  if (format) return format;
  throw new Error(`"${text}" is no format of logs; there are ${logFormats.join(", ")}.`);
}
