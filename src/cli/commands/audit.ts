/** How `plumbline audit …` is called: flags, help. The code is in `../run/audit-….ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FormatFlags,
  lastingStateFlag,
  limitFlag,
  listAliases,
  listFlags,
  type StateFlags,
  value,
} from "../flags.ts";

export interface AuditListFlags extends CommonFlags, StateFlags, FormatFlags {
  "resource-type"?: string | undefined;
  "resource-id"?: string | undefined;
  actor?: string | undefined;
  limit?: number | undefined;
}
export interface AuditVerifyFlags extends CommonFlags, StateFlags {}

/** `plumbline audit list`: the newest first. */
export const auditList = buildCommand<Partial<AuditListFlags>, [], CliContext>({
  docs: documentation("Lists who did what, the newest first", [
    ["audit list --limit 20", ""],
    ["audit list --resource-id default/acme-slack", ""],
    ["audit list --actor token:ci -o json", ""],
  ]),
  parameters: {
    flags: {
      "resource-type": value("integration, token, event, delivery, …"),
      "resource-id": value("NAMESPACE/NAME, or what the type has"),
      actor: value("cli:USER@HOST, token:NAME, controller, …"),
      ...limitFlag,
      ...listFlags,
    },
    aliases: listAliases,
  },
  loader: lazily(() => import("../run/audit-list.ts")),
});

/** `plumbline audit verify`: whether the log is as it was written. */
export const auditVerify = buildCommand<Partial<AuditVerifyFlags>, [], CliContext>({
  docs: documentation(
    "Checks that no entry of the audit log was changed or taken out",
    [["audit verify", "exit 1 names the first broken entry"]],
    "Each entry holds the hash of all before it. Keep the last line elsewhere: it also shows a log that was made anew.",
  ),
  parameters: { flags: { ...lastingStateFlag, ...commonFlags }, aliases: commonAliases },
  loader: lazily(() => import("../run/audit-verify.ts")),
});
