/** The actions that need no Integration: `emit_event`, `http_request` and `notify`. Their schemas; see `builtin-runs.ts`. */
import type { AnnotatedSchema } from "../api/schema.ts";

export type BuiltinName = "emit_event" | "http_request" | "notify";

/** A CloudEvents type; ours are not for others to send (`OWN_EVENT_PREFIX`). */
const eventType = "^(?!plumbline\\.)[A-Za-z0-9][A-Za-z0-9._/-]*$";

export const builtinActions: Readonly<Record<BuiltinName, AnnotatedSchema>> = {
  emit_event: {
    type: "object",
    additionalProperties: false,
    required: ["type"],
    properties: {
      type: { type: "string", pattern: eventType, description: "The event's type, such as com.example.deployed." },
      subject: { type: "string", minLength: 1, description: "What it is about." },
      severity: { type: "string", enum: ["critical", "error", "warning", "info"], description: "How bad it is." },
      data: { description: "What it carries." },
    },
  },
  notify: {
    type: "object",
    additionalProperties: false,
    required: ["title"],
    properties: {
      title: { type: "string", minLength: 1, description: "One line: what happened." },
      text: { type: "string", description: "Paragraphs, divided by empty lines." },
      severity: { type: "string", enum: ["critical", "error", "warning", "info"], description: "Default: info." },
      labels: { type: "object", additionalProperties: { type: "string" }, description: "What routes match on." },
      type: { type: "string", pattern: eventType, description: "What routes know it by; default: notification." },
    },
  },
  http_request: {
    type: "object",
    additionalProperties: false,
    required: ["url"],
    properties: {
      method: { type: "string", enum: ["GET", "POST", "PUT", "PATCH", "DELETE"], description: "Default: POST." },
      url: { type: "string", pattern: "^https?://", description: "A public https address." },
      headers: { type: "object", additionalProperties: { type: "string" }, description: "Headers by name." },
      body: { description: "A text as it is; anything else as JSON." },
    },
  },
};

export function isBuiltin(name: string): name is BuiltinName {
  return Object.hasOwn(builtinActions, name);
}
