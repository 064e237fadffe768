/**
 * The parser's complaints in words that say what to do.
 *
 * The parser's own text is never passed on: it may quote a tag or an alias, and a password that
 * starts with `!` or `*` and is not quoted is read as one.
 */

/** Something wrong with a text, at an offset. */
export interface Fault {
  /** One CamelCase word, as in `Problem`. */
  code: string;
  message: string;
  remedy?: string;
  /** Where, in UTF-16 code units from the start of the text. */
  offset: number;
}

type Words = Omit<Fault, "offset">;

const syntax = (message: string, remedy?: string): Words =>
  remedy === undefined ? { code: "YamlSyntax", message } : { code: "YamlSyntax", message, remedy };

const TAB: Words = {
  code: "TabIndentation",
  message: "A tab is used for indentation; YAML takes only spaces.",
  remedy: "Replace the tab with spaces.",
};

/** Git's mark (git-merge(1), "How conflicts are presented"). */
const CONFLICT: Words = {
  code: "ConflictMarker",
  message: "Here begins a conflict of a merge that nobody resolved.",
  remedy: "Keep one of the two versions, and remove the lines <<<<<<<, ======= and >>>>>>>.",
};

const TAG_NAME = syntax("This is no valid tag.", "Quote the value if it starts with an exclamation mark.");
const UNCLOSED_BRACKET = syntax("A bracket or brace is never closed.", "Close it with ] or }.");
const UNCLOSED_QUOTE = syntax("A quoted text is never closed.", "Add the closing quote.");
const ESCAPE = syntax(
  "This is no escape that a double-quoted text may hold.",
  "Write \\\\ for a backslash, or use single quotes.",
);
const BLOCK_HEADER = syntax(
  "After | or > only an indentation digit, + or - may stand.",
  "Start the text on the next line.",
);
const DIRECTIVE = syntax("This is no valid directive.", "Quote the value if it starts with %, or remove the line.");
const INDENTATION = syntax("The indentation fits nothing above it.", "Line it up with the entries that it belongs to.");
const ANCHOR = syntax("An anchor or alias needs a name.", "Quote the value if it starts with & or *.");

/** The reasons of js-yaml 5's parser (its `throwError` calls), by what they start with. */
const REASONS: readonly (readonly [string, Words])[] = [
  ["tab characters", TAB],
  ["nesting exceeded", { code: "TooDeep", message: "Lists and maps are nested more than 100 deep." }],
  ["null byte", syntax("The file holds a NUL character.", "Remove it.")],
  [
    "the stream contains non-printable",
    syntax("This character cannot be printed.", "Remove it, or write it as an escape in double quotes."),
  ],
  [
    "expected valid JSON character",
    syntax("This character cannot be printed.", "Remove it, or write it as an escape in double quotes."),
  ],
  ["unexpected end of the stream within a flow", UNCLOSED_BRACKET],
  ["unexpected end of the stream within a verbatim tag", TAG_NAME],
  ["unexpected end of the", UNCLOSED_QUOTE],
  [
    "missed comma",
    syntax("A comma is missing between two entries, or a bracket is not closed.", "Separate the entries with a comma."),
  ],
  ["expected the node content", syntax("There is nothing between two commas.", "Remove a comma.")],
  ["unknown escape", ESCAPE],
  ["expected hexadecimal", ESCAPE],
  ["bad explicit indentation", BLOCK_HEADER],
  ["repeat of", BLOCK_HEADER],
  ["a line break is expected", BLOCK_HEADER],
  ["bad indentation", INDENTATION],
  ["expected ':'", syntax("A colon is missing after the key.", "Write `key: value`.")],
  ["a whitespace character is expected", syntax("A space is missing after the colon.", "Write `key: value`.")],
  [
    "can not read a block mapping entry",
    syntax("A colon is missing after the key.", "Write `key: value`, all of the key on one line."),
  ],
  [
    "end of the stream or a document separator",
    syntax("This line fits neither a list nor a map.", "Write `key: value` or `- value`, lined up with its siblings."),
  ],
  [
    "unacceptable YAML version",
    { code: "YamlVersion", message: "Manifests are YAML 1.2.", remedy: "Remove the %YAML line." },
  ],
  [
    "directives end mark",
    syntax("A directive must be followed by a line `---`.", "Quote the value if it starts with %."),
  ],
  ["duplication of an anchor", syntax("A value has two anchors.", "Remove one.")],
  ["name of an", ANCHOR],
  ["alias node should not", syntax("An alias can have neither an anchor nor a tag.", "Remove it.")],
  ["there is a previously declared", DIRECTIVE],
  ["directive", DIRECTIVE],
  ["duplication of %YAML", DIRECTIVE],
  ["YAML directive", DIRECTIVE],
  ["TAG directive", DIRECTIVE],
  ["ill-formed", DIRECTIVE],
  ["tag", TAG_NAME],
  ["named tag", TAG_NAME],
  ["undeclared tag", TAG_NAME],
  ["duplication of a tag", TAG_NAME],
];

/**
 * Words a complaint of the parser.
 *
 * @param text the whole text. @param reason the parser's reason. @param offset where it stopped.
 */
export function syntaxFault(text: string, reason: string, offset: number): Fault {
  const conflict = /^<{7}(?: |$)/m.exec(text);
  if (conflict) return { ...CONFLICT, offset: conflict.index };
  const words = wording(text, reason, offset) ?? syntax("This is no valid YAML.");
  return { ...words, offset: words === TAB ? (tabBefore(text, offset) ?? offset) : offset };
}

function wording(text: string, reason: string, offset: number): Words | undefined {
  const known = REASONS.find(([start]) => reason.startsWith(start))?.[1];
  if (known !== TAB && known?.code === "YamlSyntax" && tabBefore(text, offset) !== undefined) return TAB;
  if (reason.startsWith("bad indentation of a mapping")) return afterValue(text, offset) ?? known;
  if (reason.startsWith("deficient indentation")) return deficient(text, offset);
  return known;
}

/** The offset of a tab in the indentation of the line in which the parser stopped. */
function tabBefore(text: string, offset: number): number | undefined {
  let start = offset;
  while (start > 0 && text[start - 1] !== "\n" && text[start - 1] !== "\r") start--;
  for (let at = start; text[at] === " " || text[at] === "\t"; at++) if (text[at] === "\t") return at;
  return undefined;
}

/** What stands where the parser expected the end of the line. */
function afterValue(text: string, offset: number): Words | undefined {
  const next = text[offset] ?? "";
  if ("@`%".includes(next) && next !== "")
    return syntax(`A value that starts with ${next} must be quoted.`, "Put it in quotes.");
  if (next === "]" || next === "}")
    return syntax(`Nothing is open that this ${next} could close.`, "Remove it, or quote the value.");
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  if (line.trim() === "") return undefined;
  if (next === ":") return syntax("A value that holds a colon and a space must be quoted.", "Put the value in quotes.");
  if (/['"]\s*$|['"]\S*$/.test(line))
    return syntax("After the closing quote nothing more may follow.", "Quote the whole value.");
  return undefined;
}

function deficient(text: string, offset: number): Words {
  const before = text.slice(0, offset);
  const opened = Math.max(before.lastIndexOf("["), before.lastIndexOf("{"));
  const quoted = Math.max(before.lastIndexOf('"'), before.lastIndexOf("'"));
  return quoted > opened ? UNCLOSED_QUOTE : UNCLOSED_BRACKET;
}
