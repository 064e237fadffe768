/**
 * What GitHub's runner makes of a line of output, as its `ActionCommand.cs` does it: a stand-in that is no
 * kinder than the original. It takes every name for a known command.
 */

export interface Command {
  name: string;
  properties: Readonly<Record<string, string>>;
  data: string;
}

/** @returns the commands in what a step wrote. */
export function commandsIn(output: string): Command[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => second(line) ?? first(line) ?? []);
}

/** `::name property=value,…::data`, after blanks, and after what a comparison by culture ignores. */
function second(line: string): Command | undefined {
  const match = /^[\s\p{Cc}\p{Cf}]*::(.*?)::(.*)$/su.exec(line);
  if (!match) return undefined;
  const [, info = "", data = ""] = match;
  const [name = "", ...rest] = info.split(" ");
  const properties: Record<string, string> = {};
  for (const pair of rest.join(" ").trim().split(",").filter(Boolean)) {
    const at = pair.indexOf("=");
    if (at > 0) properties[pair.slice(0, at)] = property(pair.slice(at + 1));
  }
  return { name, properties, data: text(data) };
}

/** `##[name …]data`, anywhere in a line. */
function first(line: string): Command | undefined {
  const match = /##\[([^\]]*)\](.*)$/s.exec(line);
  if (!match) return undefined;
  return { name: (match[1] ?? "").split(" ")[0] ?? "", properties: {}, data: match[2] ?? "" };
}

function text(escaped: string): string {
  return escaped.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

function property(escaped: string): string {
  const plain = escaped.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%3A", ":");
  return plain.replaceAll("%2C", ",").replaceAll("%25", "%");
}
