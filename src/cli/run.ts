/** The command line: arguments in, a number out. Nothing here knows the process. */
import { buildApplication, help, run as runApplication, version } from "@stricli/core";
import { VERSION } from "../version.ts";
import type { CliContext } from "./command.ts";
import { wantsColor } from "./paint.ts";
import { allCommands, routes } from "./routes.ts";
import type { Sink, Surroundings } from "./surroundings.ts";
import { usageText } from "./usage-errors.ts";
import { inActions, withoutCommands } from "./workflow-commands.ts";

/** Colour depth as streams of Node.js tell it: 4 bits are sixteen colours, 1 is none. */
const COLORS = { some: 4, none: 1 };

/**
 * Runs one command.
 *
 * @param inputs the arguments after the program's name.
 * @returns the number that the process should end with.
 */
export async function run(inputs: readonly string[], surroundings: Surroundings): Promise<number> {
  const plain = inputs.includes("--no-color");
  const guard = inActions(surroundings.env) ? withoutCommands : (text: string) => text;
  const sink = (stream: Sink) => ({
    write: (text: string) => void stream.write(guard(text)),
    getColorDepth: () => (wantsColor(stream, surroundings.env, plain) ? COLORS.some : COLORS.none),
  });
  const process: { stdout: Sink; stderr: Sink; exitCode?: number | string | null } = {
    stdout: sink(surroundings.stdout),
    stderr: sink(surroundings.stderr),
  };
  const context: CliContext = { process: process as CliContext["process"], surroundings };
  await runApplication(application(inputs), inputs, context as CliContext & { process: { env?: never } });
  const code = Number(process.exitCode ?? 0);
  // The library's own numbers for a wrong command line are negative.
  return code < 0 ? 1 : code;
}

function application(inputs: readonly string[]) {
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
