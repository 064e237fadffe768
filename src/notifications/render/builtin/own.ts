/**
 * Templates of the program's own events, see `src/controller/own-events.ts`. Written as users write theirs.
 *
 * Changes come with the names of their fields, or with their values before and after where an event has them; a
 * field whose value is a secret has a hash, or the value `(sensitive)`, and is shown so. Long values are cut by whoever raises the event.
 */

/** One change a line, what it changes below it. */
const changes = `{{#each changes}}
{{action}} {{kind}}/{{key}}{{#if reason}} ({{reason}}){{/if}}
{{#each fields}}
{{#if path}}
  {{path}}
{{#if hash}}
- (sensitive)
+ (sensitive)
{{else}}
{{#unless (eq (default before null) null)}}
- {{#if (eq before "(sensitive)")}}(sensitive){{else}}{{json before}}{{/if}}
{{/unless}}
{{#unless (eq (default after null) null)}}
+ {{#if (eq after "(sensitive)")}}(sensitive){{else}}{{json after}}{{/if}}
{{/unless}}
{{/if}}
{{else}}
  {{text this}}
{{/if}}
{{/each}}
{{/each}}
{{#if more}}
… and {{more}} more
{{/if}}
{{#if valuesLeftOut}}
(too long: {{valuesLeftOut}} fields without their values)
{{/if}}`;

/** As a value of the front part: a YAML block, two levels deep. */
const changesBlock = changes.replaceAll(/^/gm, "    ");

/** What ended since nobody looks any more; see `endedBySuspension`. */
const unwatched = '(or (eq (default reason "") "Suspended") (eq (default reason "") "Removed"))';

export const ownTemplates: Readonly<Record<string, string>> = {
  drift: `---
title: '{{#if (eq event.status "resolved")}}Drift is {{#if ${unwatched}}}no longer looked for{{else}}gone{{/if}}{{else}}Drift{{/if}} in {{text (default integration event.subject)}}{{#if group.others}} and {{group.others}} more{{/if}}'
summary: '{{text (default integration event.subject)}}: {{#if (eq event.status "resolved")}}{{#if ${unwatched}}}{{text (default message "")}}{{else}}as declared again{{/if}}{{else}}{{text (default total "some")}} differ from what is declared{{/if}}'
facts:
  Integration: '{{text (default integration event.subject)}}'
  Platform: '{{text (default labels.platform (default platform ""))}}'
  Namespace: '{{text event.namespace}}'
  Time (UTC): '{{utc event.time}}'
code:
  language: diff
  text: |
${changesBlock}
---
{{#if (eq event.status "resolved")}}
{{#if ${unwatched}}}{{text (default message "")}}{{else}}The system is as the manifests declare it again.{{/if}}
{{else}}
The system moved and the manifests did not. The next apply puts it back, where nothing holds it.
{{/if}}
`,
  "reconcile-failed": `---
title: '{{#if (eq event.status "resolved")}}{{#if ${unwatched}}}No longer reconciled{{else}}Reconciled again{{/if}}{{else}}Cannot be reconciled{{/if}}: {{text (default integration event.subject)}}{{#if group.others}} and {{group.others}} more{{/if}}'
summary: '{{text (default integration event.subject)}}: {{#if (eq event.status "resolved")}}{{#if ${unwatched}}}{{text (default message "")}}{{else}}reconciled again{{/if}}{{else}}{{text (default reason "failed")}}{{/if}}'
facts:
  Integration: '{{text (default integration event.subject)}}'
  Platform: '{{text (default labels.platform (default platform ""))}}'
  Namespace: '{{text event.namespace}}'
  Reason: '{{text (default reason "")}}'
  Time (UTC): '{{utc event.time}}'
---
{{#if (eq event.status "resolved")}}{{#if ${unwatched}}}{{text (default message "")}}{{else}}It is reconciled again.{{/if}}{{else}}{{text (default message "")}}{{/if}}
`,
  "plan-applied": `---
title: 'Applied to {{text (default integration event.subject)}}{{#if group.others}} and {{group.others}} more{{/if}}'
summary: '{{text (default integration event.subject)}}: {{text (default total "some")}} changed'
facts:
  Integration: '{{text (default integration event.subject)}}'
  Platform: '{{text (default labels.platform (default platform ""))}}'
  Namespace: '{{text event.namespace}}'
  Changes: '{{text (default total "")}}'
  Time (UTC): '{{utc event.time}}'
code:
  language: diff
  text: |
${changesBlock}
---
{{#if interrupted}}
The program ended while this was carried out, so some of it may not have been; the next pass sees to that.
{{else}}
What the manifests declare was carried out.
{{/if}}
`,
  "integration-health": `---
title: '{{text (default integration (default event.subject "Integration"))}} {{#if (or (eq event.status "resolved") (eq event.type "plumbline.integration.recovered"))}}{{#if ${unwatched}}}is no longer watched{{else}}has recovered{{/if}}{{else}}is unhealthy{{/if}}{{#if group.others}} and {{group.others}} more{{/if}}'
summary: '{{text (default integration (default event.subject event.type))}}: {{#if (or (eq event.status "resolved") (eq event.type "plumbline.integration.recovered"))}}{{#if ${unwatched}}}{{text (default message "")}}{{else}}recovered{{/if}}{{else}}{{text (default message (default code "unhealthy"))}}{{/if}}'
facts:
  Integration: '{{text (default integration (default event.subject "(unknown)"))}}'
  Platform: '{{text (default labels.platform (default platform ""))}}'
  Namespace: '{{text event.namespace}}'
  Code: '{{text (default code "")}}'
  Since (UTC): '{{#if since}}{{utc since}}{{/if}}'
  Time (UTC): '{{utc event.time}}'
---
{{#if (or (eq event.status "resolved") (eq event.type "plumbline.integration.recovered"))}}{{#if ${unwatched}}}{{text (default message "")}}{{else}}It answers again.{{/if}}{{else}}{{text (default message "")}}{{/if}}
`,
  "delivery-dead": `---
title: 'A delivery was given up: {{text (default target (default event.subject "unknown"))}}{{#if group.others}} and {{group.others}} more{{/if}}'
summary: '{{text (default target (default event.subject event.type))}}: {{text (default code "")}} {{text (default message "")}}'
facts:
  Target: '{{text (default target (default event.subject "(unknown)"))}}'
  Delivery: '{{text (default delivery "")}}'
  Event: '{{#if event.data.event.seq}}{{text event.data.event.seq}} {{text (default event.data.event.type "")}}{{/if}}'
  Attempts: '{{text (default attempts "")}}'
  Code: '{{text (default code "")}}'
  Time (UTC): '{{utc event.time}}'
---
{{text (default message "")}}

{{#if event.data.event.seq}}
To try it again: plumbline events replay {{text event.data.event.seq}}
{{/if}}
`,
  "template-failed": `---
title: 'The template {{text (default template "of a notification")}} failed'
summary: '{{text (default template event.type)}}: {{text (default message "failed")}}'
facts:
  Template: '{{text (default template "(unknown)")}}'
  Part: '{{text (default part "")}}'
  Path: '{{text (default path "")}}'
  Route: '{{text (default route "")}}'
  Receiver: '{{text (default receiver "")}}'
  Time (UTC): '{{utc event.time}}'
---
{{text (default message "")}}

The notification was sent in the generic form.
`,
  "approval-request": `---
title: 'Approval needed: {{text (default title (default event.subject "a change"))}}'
summary: '{{text (default title (default event.subject event.type))}}: {{text (default required 1)}} must approve'
facts:
  Requested By: '{{text (default requested_by "(unknown)")}}'
  Needed: '{{text (default required 1)}}{{#if approvers}} of {{join approvers ", "}}{{/if}}'
  Until (UTC): '{{#if expires_at}}{{utc expires_at}}{{/if}}'
  Environment: '{{text (default environment (default labels.environment ""))}}'
  Time (UTC): '{{utc event.time}}'
links:
  Review: '{{text (default review_url "")}}'
code:
  language: diff
  text: |
${changesBlock}
actions:
  - { title: Approve, id: approve, value: '{{text (default approval (default event.subject ""))}}', url: '{{text (default approve_url "")}}', style: primary }
  - { title: Refuse, id: refuse, value: '{{text (default approval (default event.subject ""))}}', url: '{{text (default refuse_url "")}}', style: danger }
---
{{text (default message "")}}

Without enough approvals in time it is refused.
`,
};
