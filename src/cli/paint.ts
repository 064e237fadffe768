/** Colours. Whether there are any is the caller's to say, since it may write to something else than this process's streams. */
import { styleText } from "node:util";

export type Style = Extract<Parameters<typeof styleText>[0], string>;

/** Gives a text a style, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** @returns a function that styles texts when `color` is true. */
export function painter(color: boolean): Paint {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}

/**
 * Whether a stream gets colours: on a terminal, unless NO_COLOR (no-color.org) or TERM=dumb says
 * otherwise; FORCE_COLOR brings them elsewhere too, for CI systems that show them.
 */
export function wantsColor(
  stream: { isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
  refused: boolean,
): boolean {
  if (refused || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false") return true;
  return stream.isTTY === true && env.TERM !== "dumb";
}
