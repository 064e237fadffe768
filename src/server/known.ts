/** What is found out of a request before its endpoint runs, and kept beside it until it is answered. */
import type { FastifyRequest } from "fastify";
import type { Principal } from "./auth.ts";
import type { Access } from "./endpoint.ts";

export interface Known {
  trace: string;
  principal: Principal;
  /** Its media type as it came, where the framework was shown another. */
  contentType?: string;
}

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    orSigned?: boolean;
  }
}

/** For endpoints that ask nobody who they are. */
export const stranger: Principal = { actor: "", role: "viewer", namespaces: [] };

export type KnownRequests = WeakMap<FastifyRequest, Known>;
