/** `allow.hosts` of the operator, as the guard of `http_request` and of the platform `webhook` asks for it. */
import type { Configuration } from "../api/config.ts";
import type { HostTrust } from "../connector-kit/http/public-address.ts";
import { createAllowlist } from "../manifests/allowlist.ts";

/** @param allow of the operator's configuration; without `hosts`, public https addresses are open. */
export function hostTrust(allow: Configuration["allow"]): HostTrust {
  const { hosts } = allow ?? {};
  if (!hosts) return () => "unbound";
  const allowlist = createAllowlist({ hosts }, "/");
  return (host, port) => (allowlist.host(host, port) ? "named" : "unnamed");
}
