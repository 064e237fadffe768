/** `plumbline audit verify`: computes the chain anew, from the first entry. */

import { moment } from "../../api/moments.ts";
import type { AuditEntry } from "../../store/event-types.ts";
import { auditHash, FIRST_HASH } from "../../store/events/audit.ts";
import type { Run } from "../command.ts";
import type { AuditVerifyFlags } from "../commands/audit.ts";
import { withLastingStore } from "../lasting.ts";
import { count, visible } from "../plain-text.ts";

const auditVerify: Run<AuditVerifyFlags> = (invocation, flags) =>
  withLastingStore(invocation, flags, "read", async (store) => {
    const { output } = invocation;
    let last = { seq: 0, hash: FIRST_HASH };
    if (store) {
      for await (const entry of store.audit.auditTrail()) {
        const fault = faultOf(entry, last);
        if (fault) {
          output.error(
            `${output.paintError("red", "×")} Entry ${entry.seq} (${moment(entry.at)}, ${visible(entry.actor)}, ${visible(entry.action)}): ${fault} ` +
              "What comes after it proves nothing. Compare with a backup.",
          );
          return 1;
        }
        last = entry;
      }
    }
    output.print(`${count(last.seq, "entry", "entries")}, each as it was written. Last hash: ${last.hash}`);
    return 0;
  });
export default auditVerify;

/** @returns what is wrong with an entry that follows another. */
function faultOf({ hash, seq, ...record }: AuditEntry, before: { seq: number; hash: string }): string | undefined {
  if (seq !== before.seq + 1) return `the entries ${before.seq + 1} to ${seq - 1} before it are gone.`;
  return auditHash(before.hash, seq, record) === hash ? undefined : "it, or the one before it, was changed afterwards.";
}
