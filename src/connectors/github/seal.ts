/**
 * Seals a secret for GitHub: a libsodium sealed box, which only the holder of the private key can open
 * (docs.github.com, "Encrypting secrets for the REST API"). The library is loaded when the first secret is sealed.
 */

/** A scope's public key. */
export interface PublicKey {
  key_id: string;
  /** Base64, 32 bytes. */
  key: string;
}

/** @returns the sealed value in base64. @throws Error when the key is none. */
export async function seal(value: string, { key }: PublicKey): Promise<string> {
  const { default: sodium } = await import("libsodium-wrappers");
  await sodium.ready;
  const sealed = sodium.crypto_box_seal(Buffer.from(value, "utf8"), Buffer.from(key, "base64"));
  return Buffer.from(sealed).toString("base64");
}
