/**
 * Builds a URL path in which every inserted value is percent-encoded exactly once.
 *
 * `` path`/repos/${owner}/${repo}/labels/${name}` `` keeps a `/` inside a name apart from the path's
 * own (RFC 3986 section 2.2). A value of `.` or `..` is refused: no encoding keeps it one segment.
 *
 * @throws Error for a value that is empty, `.` or `..`.
 */
export function path(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  let result = strings[0] as string;
  values.forEach((value, index) => {
    const text = String(value);
    if (text === "" || text === "." || text === "..") {
      throw new Error(`"${text}" cannot be a part of a URL path.`);
    }
    result += encodeURIComponent(text) + (strings[index + 1] as string);
  });
  return result;
}
