/** Where platforms say how they are: their public status pages. */

/** By platform. Each is named in the platform's own documentation or on its web site. */
const pages: ReadonlyMap<string, string> = new Map([
  ["slack", "https://slack-status.com"],
  ["github", "https://www.githubstatus.com"],
]);

/** @returns the status page of a platform, undefined where none is known. */
export function statusPage(platform: string): string | undefined {
  return pages.get(platform);
}
