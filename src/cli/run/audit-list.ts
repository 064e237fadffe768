/** `plumbline audit list`. */

import { moment, shortMoment } from "../../api/moments.ts";
import type { AuditEntry } from "../../store/event-types.ts";
import type { Run } from "../command.ts";
import type { AuditListFlags } from "../commands/audit.ts";
import { withLastingStore } from "../lasting.ts";
import { inline, pad, visible } from "../plain-text.ts";

const PAGE = 50;

const auditList: Run<AuditListFlags> = async (invocation, flags) => {
  const { output } = invocation;
  const { "resource-type": resourceType, "resource-id": resourceId, actor, limit = PAGE } = flags;
  const filter = {
    limit,
    ...(resourceType === undefined ? {} : { resourceType }),
    ...(resourceId === undefined ? {} : { resourceId }),
    ...(actor === undefined ? {} : { actor }),
  };
  const entries = await withLastingStore(
    invocation,
    flags,
    "read",
    async (store) => (await store?.audit.audit(filter)) ?? [],
  );
  if (flags.output !== "text") {
    await output.data({ items: entries.map(({ at, ...entry }) => ({ ...entry, at: moment(at) })) }, flags.output);
  } else if (entries.length === 0) {
    output.note("Nothing is on record.");
  } else {
    output.print(lines(entries));
  }
  return 0;
};
export default auditList;

/** Lines and no table that is cut to the window: what stands in an audit log is to be read whole. */
function lines(entries: readonly AuditEntry[]): string {
  const rows = entries.map(({ seq, at, actor, action, resourceType, resourceId, outcome, commit, details = {} }) => [
    String(seq),
    shortMoment(at),
    visible(actor),
    visible(outcome === "done" ? action : `${action} (${outcome})`),
    visible(`${resourceType} ${resourceId}`),
    [inline(details), ...(commit ? [`at ${commit.slice(0, 12)}`] : [])].join(" "),
  ]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, at) => pad(cell, widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
