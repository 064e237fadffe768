/** What is done about events: the engine over the store, with the rules and the notifications that it carries out. */
import { SchemaChecks } from "../connector-kit/facade/schema-checks.ts";
import { createEngine, type EventEngine } from "../events/engine.ts";
import type { TakeIn } from "../events/intake.ts";
import type { EventLog } from "../events/log.ts";
import type { Performer } from "../events/types.ts";
import { createNotifier } from "../notifications/delivery/engine.ts";
import { createNotificationPerformer, faultText } from "../notifications/delivery/performer.ts";
import { renderNotification } from "../notifications/render/index.ts";
import { createRuleFollower } from "../rules/follower.ts";
import { createRulePerformer } from "../rules/performer.ts";
import type { Firings } from "./firings.ts";
import type { ControllerMetrics } from "./metrics.ts";
import { type ControllerOptions, inForce, mayWrite, type Standing } from "./options.ts";
import { createOrigins } from "./origins.ts";
import type { Sessions } from "./sessions.ts";

export interface EventWorkOptions
  extends Pick<ControllerOptions, "store" | "clock" | "random" | "worker" | "http" | "publicUrl"> {
  standing: Standing;
  sessions: Sessions;
  firings: Firings;
  metrics: ControllerMetrics;
  takeIn: TakeIn;
  newTrace(): string;
  log: EventLog;
}

export function createEventWork(options: EventWorkOptions): EventEngine {
  const { store, clock, random, worker, log, standing, sessions, firings, metrics, newTrace } = options;
  const rules = () => inForce(standing).ruleSet;
  return createEngine({
    store: store.events,
    followers: [createRuleFollower({ rules, monotonic: () => clock.monotonic() })],
    notifier: createNotifier({
      store: store.notices,
      routes: () => inForce(standing).routes.set,
      clock,
      log,
      newOwner: newTrace,
      newTrace,
    }),
    performers: {
      rule: firings.watch(rulePerformer(options)),
      notification: firings.watch(notificationPerformer(options)),
    },
    origins: createOrigins(standing, sessions),
    clock,
    random,
    log,
    worker,
    onMiss: metrics.ruleMissed,
  });
}

function rulePerformer({ standing, sessions, takeIn, http, clock }: EventWorkOptions): Performer {
  return createRulePerformer({
    rules: () => inForce(standing).ruleSet,
    sessions,
    checks: new SchemaChecks(),
    accept: takeIn,
    http,
    mayWrite: (milliseconds) => mayWrite(standing, milliseconds),
    now: () => clock.now(),
  });
}

function notificationPerformer(options: EventWorkOptions): Performer {
  const { store, clock, publicUrl, standing, sessions, firings, metrics, takeIn, log } = options;
  return createNotificationPerformer({
    store: store.events,
    notices: store.notices,
    origins: createOrigins(standing, sessions),
    sessions,
    checks: new SchemaChecks(),
    render: (told) => renderNotification(inForce(standing).templates, told),
    publicUrl,
    raise: async (events) => {
      await takeIn(events);
    },
    onFault: (fault, delivery) => {
      metrics.templateFailed(fault.template);
      firings.failed(delivery, { code: "TemplateFailed", message: faultText(fault) });
      const { id, namespace, target, trace } = delivery;
      const about = { delivery: id, target: `${namespace}/${target}`, template: fault.template, trace };
      log.warn(about, `told in the plain form: ${faultText(fault)}`);
    },
    now: () => clock.now(),
  });
}
