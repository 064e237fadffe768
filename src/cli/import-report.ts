/** What `plumbline import` says beside its result: what it had to leave out, and what it changed. */
import { formatSource } from "../manifests/problem.ts";
import { withoutCredentials } from "../manifests/token-forms.ts";
import type { Imported } from "../reconcile/import/index.ts";
import type { Merged } from "../reconcile/import/merge.ts";
import type { Output } from "./output.ts";
import { count, visible } from "./plain-text.ts";

/** Says what was imported, and what was not and why. */
export function tellLeftOut(imported: Imported, output: Output): void {
  const { leftOut, count: total } = imported;
  tellReasons(imported, output);
  output.note(`Imported ${count(total, "thing")}${leftOut.length > 0 ? `; ${leftOut.length} left out` : ""}.`);
}

/** Somebody may put the output in the manifest's place; with `prune` that would remove what is not in it. */
export function tellOthers(declared: readonly string[], { integration }: Imported, output: Output): void {
  const others = declared.filter((kind) => !Object.hasOwn(integration.spec.resources ?? {}, kind));
  if (others.length === 0) return;
  output.warn(
    `The manifest declares ${others.join(", ")} too, which this leaves out: use --write, or add it to that file; do ` +
      "not replace it.",
  );
}

/** Says what became of a manifest's file. */
export function tellMerged(merged: Merged, file: { shown: string; isChanged: boolean }, output: Output): void {
  tellReasons(merged, output);
  for (const { kind, key, source } of merged.gone) {
    output.warn(visible(`${formatSource(source)}: ${kind}/${key} is declared and not there; it was left as it is.`));
  }
  const { fields, added } = merged;
  const what = `${count(fields, "field")} changed, ${count(added, "thing")} added`;
  output.print(file.isChanged ? `${file.shown}: ${what}.` : `${file.shown} states what is live; nothing was written.`);
}

function tellReasons({ leftOut, unstatable }: Pick<Imported, "leftOut" | "unstatable">, output: Output): void {
  for (const { kind, field } of unstatable) {
    output.warn(`${kind}: not imported, since ${field} cannot be read. Declare them by hand, with references.`);
  }
  for (const { kind, key, field, why } of leftOut) {
    const what = field === undefined ? "left out" : `${field} left out`;
    output.warn(visible(withoutCredentials(`${kind}/${key}: ${what}, since ${why}.`)));
  }
}
