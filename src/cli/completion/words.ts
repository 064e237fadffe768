/** Tells flags from arguments in a command line that is not finished. Nothing is wrong here: what cannot be told is passed over. */
import type { Completing } from "./propose.ts";

/** What a command says about its flags. */
export interface Parameters {
  flags?: Readonly<Record<string, { kind: string }>>;
  aliases?: Readonly<Record<string, string>>;
}

/** @param words what stands behind the command's name. */
export function readWords(words: readonly string[], parameters: Parameters): Pick<Completing, "positional" | "values"> {
  const positional: string[] = [];
  const given = new Map<string, string[]>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      positional.push(...rest.splice(0));
    } else if (word.startsWith("-") && word !== "-") {
      const { name, stated } = flagOf(word, parameters);
      const takes = parameters.flags?.[name]?.kind === "parsed";
      const value = stated ?? (takes ? rest.shift() : undefined);
      if (value !== undefined) given.set(name, [...(given.get(name) ?? []), value]);
    } else {
      positional.push(word);
    }
  }
  return { positional, values: (flag) => given.get(flag) ?? [] };
}

function flagOf(word: string, { aliases = {} }: Parameters): { name: string; stated: string | undefined } {
  const equals = word.indexOf("=");
  const stated = equals < 0 ? undefined : word.slice(equals + 1);
  const text = equals < 0 ? word : word.slice(0, equals);
  if (text.startsWith("--")) return { name: text.slice(2), stated };
  const last = text.at(-1) ?? ""; // of -qf the last may take a value
  return { name: aliases[last] ?? last, stated };
}
