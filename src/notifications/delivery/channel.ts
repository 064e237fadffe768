/** A receiver's Integration, ready to deliver: its session is open and the target fits what its connector takes. */
import type { Notification, Notified, NotifyRun } from "../../api/notification.ts";
import type { AnnotatedSchema } from "../../api/schema.ts";
import type { CompiledConnector } from "../../connector-kit/compile.ts";
import type { Spec } from "../../connector-kit/contract.ts";
import type { SchemaChecks } from "../../connector-kit/facade/schema-checks.ts";
import type { Session } from "../../connector-kit/session.ts";
import type { DeliveryCode } from "../../events/reasons.ts";
import type { Performed } from "../../events/types.ts";
import { targetFor } from "../target.ts";

/** How a delivery reaches Integrations. */
export interface ChannelSessions {
  /** @throws ConnectorError when its credentials cannot be had or the connection cannot be right. */
  open(
    namespace: string,
    integration: string,
  ): Promise<
    | { state: "open"; compiled: CompiledConnector; session: Session }
    | { state: "closed"; reason: DeliveryCode; message: string }
  >;
}

export interface ChannelTools {
  sessions: ChannelSessions;
  checks: SchemaChecks;
}

export interface Channel {
  integration: string;
  /** @throws ConnectorError */
  notify(notification: Notification, run: NotifyRun): Promise<Notified>;
}

/** What the route says of where it goes, and whether that was said for this Integration. */
interface Where {
  target: Spec;
  isFallback: boolean;
}

/** @returns why not, where the Integration does nothing now. @throws ConnectorError also for a target that does not fit. */
export async function openChannel(
  { sessions, checks }: ChannelTools,
  namespace: string,
  integration: string,
  { target: stated, isFallback }: Where,
): Promise<Channel | Exclude<Performed, { outcome: "done" | "retry" }>> {
  const opened = await sessions.open(namespace, integration);
  if (opened.state === "closed") {
    const { reason, message } = opened;
    return { outcome: reason === "Suspended" ? "skipped" : "dead", code: reason, message };
  }
  const { session, compiled } = opened;
  const { connector } = compiled;
  const { notify, title } = connector;
  if (!notify) return { outcome: "dead", code: "UNSUPPORTED", message: `${title} delivers no notifications.` };
  const schema = connector.target as AnnotatedSchema | undefined;
  const target = targetFor(stated, schema, isFallback);
  if (schema) await checks.mustFit(`The target in ${integration}`, schema, target);
  return {
    integration,
    notify: (notification, run) => session.guardErrors(() => notify(session.writer, notification, target, run)),
  };
}
