/** What GitHub would make something of in a text: mentions, references, links, HTML, tasks. Code is passed over. */

/** @returns what means something, beside links that are written as such with a web address. */
export function meaningIn(text: string, where: "body" | "title" = "body"): string[] {
  const prose = where === "title" ? text : withoutCode(text).replace(/\]\(https?:\/\/[^()\s<>]*\)/g, "]");
  const patterns = [
    /@[A-Za-z0-9][\w-]*/g,
    /#\d+/g,
    /\bgh-\d+/gi,
    /\b(?:https?|ftp):\/\//gi,
    /\bwww\./gi,
    ...(where === "title"
      ? []
      : [/(?<!\\)(?:\\\\)*<[A-Za-z!/?]/g, /^\s*(?:[-+*]|\d+[.)]) +\[[ xX]\] /gm, /(?<!\\)(?:\\\\)*&(?:#|\w+;)/g]),
  ];
  return patterns.flatMap((pattern) => [...prose.matchAll(pattern)].map(([found]) => found));
}

function withoutCode(text: string): string {
  return text.replace(/^(`{3,})[^\n`]*\n[\s\S]*?\n\1$/gm, "").replace(/(?<![\\`])(`+)(?!`)([^\n]*?[^`\n])\1(?!`)/g, "");
}
