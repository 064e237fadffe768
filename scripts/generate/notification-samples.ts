/** `docs/notification-samples.md`: each sample event, and the notification that its template makes of it. */
import type { Notification } from "../../src/api/notification.ts";
import { labelsOf } from "../../src/events/envelope.ts";
import { renderNotification, TemplateSet } from "../../src/notifications/render/index.ts";
import { openSample, type SampleEvent, sampleEvents } from "../../src/notifications/samples/index.ts";

/** @returns the page's path and text. @throws Error when a template fails with its sample. */
export function notificationSamplesPage(notice: string): [path: string, text: string] {
  const head = `# Samples of notifications

<!-- ${notice} -->

Each event that has a template of its own, and what the template makes of it. How events are told at all:
[notifications](notifications.md).
`;
  const templates = new TemplateSet();
  return [
    "docs/notification-samples.md",
    [head, ...sampleEvents.map((sample) => section(templates, sample))].join("\n"),
  ];
}

function section(templates: TemplateSet, sample: SampleEvent): string {
  const event = openSample(sample);
  const { notification, fault } = renderNotification(templates, {
    events: [{ event, labels: labelsOf(event) }],
    groupLabels: {},
    receiver: { integration: "sample" },
    route: "default/sample",
    heldBack: 0,
    now: event.stored.receivedAt,
  });
  if (fault) throw new Error(`The sample of ${sample.type}: ${JSON.stringify(fault)}`);
  return `## \`${sample.type}\`, by \`${notification.template}\`

\`\`\`json
${JSON.stringify(sample, null, 2)}
\`\`\`

\`\`\`text
${shown(notification)}
\`\`\`
`;
}

function shown({ title, text, severity, facts, code, links, actions }: Notification): string {
  const parts = [
    `[${severity}] ${title}`,
    text,
    facts.map(({ name, value }) => `${name}: ${value}`).join("\n"),
    code?.text ?? "",
    links.map((link) => `${link.title}: ${link.url}`).join("\n"),
    actions.map((action) => `[ ${action.title} ]`).join(" "),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}
