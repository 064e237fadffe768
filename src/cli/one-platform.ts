/** A platform by its name, or the nearest word. */
import { didYouMean } from "../manifests/nearest.ts";
import type { Platform, PlatformSource } from "../manifests/types.ts";
import { UserError } from "./errors.ts";

/**
 * @param what is looked for, for the message: `platform`, `schema`.
 * @param others words that would have been right too.
 * @returns the platform of that name.
 * @throws UserError naming the nearest word, or the flag that loads own connectors.
 */
export async function onePlatform(
  platforms: PlatformSource,
  name: string,
  what: string,
  others: readonly string[] = [],
): Promise<Platform> {
  const found = await platforms.load(name);
  if (typeof found === "object") return found;
  const known = [...others, ...platforms.names];
  const own = found === "unloaded" ? " For a platform of your own connectors: --load-connectors." : "";
  throw new UserError(`There is no ${what} "${name}".${didYouMean(name, known)} There is ${known.join(", ")}.${own}`);
}
