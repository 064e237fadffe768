/** The table of all endpoints. */
import type { Endpoint } from "./endpoint.ts";
import type { ServerParts } from "./parts.ts";
import { historyEndpoints } from "./routes/history.ts";
import { integrationEndpoints } from "./routes/integrations.ts";
import { notificationEndpoints } from "./routes/notifications.ts";
import { postedEventEndpoints } from "./routes/posted-events.ts";
import { recordEndpoints } from "./routes/records.ts";
import { ruleEndpoints } from "./routes/rules.ts";
import { silenceEndpoints } from "./routes/silences.ts";
import { systemEndpoints } from "./routes/system.ts";
import { webhookEndpoints } from "./routes/webhooks.ts";

export function allEndpoints(parts: ServerParts): Endpoint[] {
  return [
    ...webhookEndpoints(parts),
    ...postedEventEndpoints(parts),
    ...integrationEndpoints(parts),
    ...ruleEndpoints(parts),
    ...notificationEndpoints(parts),
    ...silenceEndpoints(parts),
    ...historyEndpoints(parts),
    ...recordEndpoints(parts),
    ...systemEndpoints(parts),
  ];
}
