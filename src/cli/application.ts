/** The commands as one application of the command line library, for running one and for proposing what to type. */
import { buildApplication, help, version } from "@stricli/core";
import { VERSION } from "../version.ts";
import type { CliContext } from "./command.ts";
import { allCommands, routes } from "./routes.ts";
import { usageText } from "./usage-errors.ts";

/** @param inputs the command line, which errors speak of. */
export function application(inputs: readonly string[]) {
  const flags = new Map([...allCommands].map(([name, { parameters }]) => [name, Object.keys(parameters.flags ?? {})]));
  const text = usageText(inputs, flags);
  return buildApplication<CliContext>(
    routes,
    {
      name: "plumbline",
      scanner: { caseStyle: "original", allowArgumentEscapeSequence: true },
      localization: { text },
    },
    {
      help: help({
        alias: "h",
        brief: text.briefs.help,
        defaultForRouteMap: true,
        formatting: { useAliasInUsageLine: false, onlyRequiredInUsageLine: true, caseStyle: "original" },
      }),
      version: version({ alias: "v", brief: text.briefs.version, info: { currentVersion: VERSION } }),
    },
  );
}
