/**
 * Data as YAML text that every reader takes for the same data.
 *
 * YAML 1.1 and 1.2 read plain words such as `yes`, `1_000` or `0o17` differently, so every string is
 * quoted, and every key that is not a simple word.
 */
import { Document, type Scalar, visit } from "yaml";

/** Simple words that some reader takes for something else. */
const ambiguous = /^(y|n|yes|no|on|off|true|false|null)$/i;

/** @returns a document, its last line ended. */
export function yamlText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (position, node) => {
      if (typeof node.value !== "string") return;
      const plain = position === "key" && /^[A-Za-z][A-Za-z0-9]*$/.test(node.value) && !ambiguous.test(node.value);
      (node as Scalar).type = plain ? "PLAIN" : "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedAsJSON: true });
}
