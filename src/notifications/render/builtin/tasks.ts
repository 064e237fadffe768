/** Templates of work that other programs do and tell of. Written as users write theirs. */
export const taskTemplates: Readonly<Record<string, string>> = {
  "task-completed": `---
title: 'Task {{text (default task_id (default event.subject ""))}} completed'
summary: 'Task {{text (default task_id (default event.subject ""))}} completed{{#if duration}} in {{text duration}}{{/if}}'
facts:
  Task: '{{text (default task_id (default event.subject "(unknown)"))}}'
  Name: '{{text (default task_name "")}}'
  Worker: '{{text (default worker_id "")}}'
  Duration: '{{text (default duration "")}}'
  Time (UTC): '{{utc (default time event.time)}}'
---
{{text (default message (default result ""))}}
`,
  "task-failed": `---
title: 'Task {{text (default task_id (default event.subject ""))}} Failed'
summary: 'Task {{text (default task_id (default event.subject ""))}} failed: {{text (default error (default message "no reason given"))}}'
facts:
  Task: '{{text (default task_id (default event.subject "(unknown)"))}}'
  Name: '{{text (default task_name "")}}'
  Worker: '{{text (default worker_id "")}}'
  Attempts: '{{text (default attempts "")}}'
  Time (UTC): '{{utc (default time event.time)}}'
code:
  text: '{{text (default traceback "")}}'
---
{{text (default error (default message ""))}}
`,
  "worker-failed": `---
title: 'Worker {{text (default worker_id (default event.subject ""))}} failed'
summary: 'Worker {{text (default worker_id (default event.subject ""))}} failed: {{text (default error (default message "no reason given"))}}'
facts:
  Worker: '{{text (default worker_id (default event.subject "(unknown)"))}}'
  Host: '{{text (default host (default labels.host ""))}}'
  Tasks: '{{#if tasks}}{{text tasks}}{{/if}}'
  Time (UTC): '{{utc (default time event.time)}}'
---
{{text (default error (default message ""))}}
`,
  performance: `---
title: 'Performance: {{text (default metric (default event.subject "measurement"))}}'
summary: '{{text (default metric (default event.subject event.type))}}: {{text (default value "(unknown)")}}{{#if unit}} {{text unit}}{{/if}}'
facts:
  Metric: '{{text (default metric "(unknown)")}}'
  Value: '{{text (default value "(unknown)")}}{{#if unit}} {{text unit}}{{/if}}'
  Threshold: '{{#if threshold}}{{text threshold}}{{#if unit}} {{text unit}}{{/if}}{{/if}}'
  Environment: '{{text (default environment (default labels.environment ""))}}'
  Time (UTC): '{{utc (default time event.time)}}'
---
{{text (default message "")}}
`,
  "test-report": `---
title: 'Test report: {{text (default test_name (default event.subject "tests"))}}{{#if result}} {{text result}}{{/if}}'
summary: '{{text (default test_name (default event.subject event.type))}}: {{text (default result "(unknown)")}}{{#if failures}}, {{#if (eq (default failures.[0] 0) 0)}}{{text failures}}{{else}}{{length failures}}{{/if}} failures{{/if}}'
facts:
  Test: '{{text (default test_name (default event.subject "(unknown)"))}}'
  Result: '{{text (default result "(unknown)")}}'
  Duration: '{{text (default duration "")}}'
  Failures: '{{#if (eq (default failures.[0] 0) 0)}}{{text (default failures 0)}}{{else}}{{length failures}}{{/if}}'
  Success Rate: '{{text (default success_rate "")}}'
  Time (UTC): '{{utc (default time event.time)}}'
links:
  Report: '{{text (default report_url "")}}'
---
{{#if (ne (default failures.[0] 0) 0)}}
Failed:
{{#each failures}}
{{text (default name this)}}{{#if message}}: {{text message}}{{/if}}
{{/each}}
{{/if}}
`,
};
