/**
 * How YAML is written here: nothing folded, `{ a: b }` with blanks inside, `[a, b]` without, as most formatters
 * have it.
 *
 * The `yaml` package knows one padding for both, so collections in brackets are given their own.
 */
import { type Document, isMap, isSeq, type ToStringOptions, visit, YAMLMap, YAMLSeq } from "yaml";

/** What all writing has in common. */
const form: ToStringOptions = {
  lineWidth: 0,
  indent: 2,
  indentSeq: true,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
};

/** The part of the package's context of writing that is set here. */
interface Context {
  flowCollectionPadding: string;
}

type Write = (this: unknown, context: Context, ...rest: unknown[]) => string;

/** @returns the document as text, its last line ended. */
export function writeYaml(document: Document): string {
  visit(document, {
    Collection: (_, node) => {
      if (isSeq(node)) pad(node, YAMLSeq.prototype.toString as unknown as Write, "");
      else if (isMap(node)) pad(node, YAMLMap.prototype.toString as unknown as Write, " ");
    },
  });
  return document.toString(form);
}

function pad(node: { toString: unknown }, write: Write, padding: string): void {
  node.toString = (context?: Context, ...rest: unknown[]) =>
    write.call(node, { ...(context as Context), flowCollectionPadding: padding }, ...rest);
}
