/** @returns what of a token's text nobody else may know: what stands behind its id, where underscores may be too. */
export function secretOf(token: string): string {
  const secret = token.split("_").slice(2).join("_");
  if (secret.length < 20) throw new Error("That is no token.");
  return secret;
}
