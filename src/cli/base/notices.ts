/** What of a head takes no effect in its plan, in words. */
import type { PlanBase } from "../../api/plan.ts";
import type { LoadedConfiguration } from "../../manifests/configuration.ts";
import { CONFIGURATION_FILE } from "../../manifests/files.ts";
import type { Problem } from "../../manifests/types.ts";
import type { NoticeCode } from "../../reconcile/reasons.ts";

export type Notice = NonNullable<PlanBase["notices"]>[number] & { code: NoticeCode };

/** The head's configuration is not the one that holds. */
export function configurationDiffers(
  ref: string,
  trusted: LoadedConfiguration | undefined,
  head: LoadedConfiguration | undefined,
): Notice {
  const what = trusted ? (head ? `differs from ${ref}` : "is gone") : "is new";
  const holds = trusted ? `what ${ref} has holds` : `${ref} has none, so it allows nothing and forbids nothing`;
  return {
    code: "ConfigurationDiffers",
    message: `${CONFIGURATION_FILE} ${what}: ${holds}, and no connector of the repository is loaded.`,
  };
}

/** Code that a connector may consist of is another one. @param path the first such file. */
export function connectorsDiffer(ref: string, path: string): Notice {
  return {
    code: "ConnectorsDiffer",
    message: `${path} differs from ${ref}, and a connector may be made of it: no connector of the repository is loaded.`,
  };
}

/** In the offline view: with credentials this Integration would not be asked. @param why what differs. */
export function connectionDiffers(name: string, why: string): Notice {
  return { code: "ConnectionDiffers", message: `${name}: ${why} A plan with credentials does not use them there.` };
}

/** An Integration is gone. */
export function integrationRemoved(name: string): Notice {
  return {
    code: "IntegrationRemoved",
    message: `${name} is no longer declared. That removes nothing: its system is left as it is.`,
  };
}

/** Manifests of the base that are wrong. @param problems at least one. */
export function baseInvalid(problems: readonly Problem[]): Notice {
  const [{ file, line, message }] = problems as readonly [Problem];
  const where = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`}: `;
  const more = problems.length > 1 ? ` There are ${problems.length - 1} more.` : "";
  return {
    code: "BaseInvalid",
    message: `The base has a mistake, and what is wrong there counts as absent: ${where}${message}${more}`,
  };
}
