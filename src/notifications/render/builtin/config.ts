/**
 * Templates of what happens to configuration. Written as users write theirs.
 *
 * They take the program's own names of values (`key`, `old`, `new`, `author`) and those of programs that post changes
 * themselves (`config_key`, `old_value`, `new_value`, `user_id`).
 */
export const configTemplates: Readonly<Record<string, string>> = {
  "config-change": `---
title: Configuration Changed
summary: '{{text (default key (default config_key event.type))}}: {{text (default old (default old_value "(none)"))}} → {{text (default new (default new_value "(none)"))}}'
facts:
  Key: '{{text (default key (default config_key "(unknown)"))}}'
  Old Value: '{{#if (eq (default old (default old_value 0)) "")}}(empty){{else}}{{text (default old (default old_value "(none)"))}}{{/if}}'
  New Value: '{{#if (eq (default new (default new_value 0)) "")}}(empty){{else}}{{text (default new (default new_value "(none)"))}}{{/if}}'
  Changed By: '{{text (default author (default user_id "(unknown)"))}}'
  Environment: '{{text (default environment (default labels.environment "(none)"))}}'
  Time (UTC): '{{utc (default time event.time)}}'
links:
  Commit: '{{text (default commit_url "")}}'
---
{{text (default reason "")}}

{{#if tenant}}Tenant: {{text tenant}}
{{/if}}{{#if owner}}Owner: {{text owner}}
{{/if}}{{#if commit}}Commit: {{text commit}}
{{/if}}
`,
  "config-error": `---
title: 'Configuration Error: {{text (default key (default config_key (default file (default event.subject "configuration"))))}}'
summary: '{{text (default key (default config_key (default file (default event.subject event.type))))}}: {{#if (eq status "resolved")}}right again{{else}}{{text (default message (default error "wrong"))}}{{/if}}'
facts:
  Key: '{{text (default key (default config_key ""))}}'
  File: '{{text (default file "")}}'
  Environment: '{{text (default environment (default labels.environment ""))}}'
  Time (UTC): '{{utc (default time event.time)}}'
---
{{#if (eq status "resolved")}}It is right again.{{else}}{{text (default message (default error ""))}}{{/if}}

{{#each problems}}
{{#if line}}Line {{line}}: {{/if}}{{text (default message this)}}
{{/each}}
{{#if held}}

Stays in force as it was: {{join held ", "}}
{{/if}}
`,
  "schema-update": `---
title: 'Schema updated: {{text (default schema (default event.subject "schema"))}}'
summary: '{{text (default schema (default event.subject event.type))}}: {{text (default old_version (default old "(none)"))}} → {{text (default new_version (default new "(unknown)"))}}'
facts:
  Schema: '{{text (default schema (default event.subject "(unknown)"))}}'
  Old Version: '{{text (default old_version (default old "(none)"))}}'
  New Version: '{{text (default new_version (default new "(unknown)"))}}'
  Changed By: '{{text (default author (default user_id ""))}}'
  Time (UTC): '{{utc (default time event.time)}}'
---
{{text (default message (default changes ""))}}
`,
  "schema-validation-error": `---
title: 'Validation failed: {{text (default key (default config_key (default schema (default event.subject "configuration"))))}}'
summary: '{{text (default key (default config_key (default schema (default event.subject event.type))))}}: {{text (default message "not valid")}}'
facts:
  Key: '{{text (default key (default config_key ""))}}'
  Schema: '{{text (default schema "")}}'
  Changed By: '{{text (default author (default user_id ""))}}'
  Environment: '{{text (default environment (default labels.environment ""))}}'
  Time (UTC): '{{utc (default time event.time)}}'
---
{{text (default message "")}}

{{#each errors}}
{{#if path}}{{text path}}: {{/if}}{{text (default message this)}}
{{/each}}
`,
  "security-policy-violation": `---
title: 'Security policy violated: {{text (default policy (default event.subject "policy"))}}'
summary: '{{text (default policy (default event.subject event.type))}}: {{text (default message (default key "violated"))}}'
facts:
  Policy: '{{text (default policy "(unknown)")}}'
  Key: '{{text (default key (default config_key ""))}}'
  Changed By: '{{text (default author (default user_id ""))}}'
  Environment: '{{text (default environment (default labels.environment ""))}}'
  Time (UTC): '{{utc (default time event.time)}}'
---
{{text (default message "")}}
`,
};
