/** From a group that is told to a notification in no platform's form yet. Only reading and checking files is not pure. */
export { checkTemplates } from "./check-templates.ts";
export { type FaultMoment, TEMPLATE_FAILED, templateFailed } from "./fault-event.ts";
export { readTemplates, TEMPLATES_FOLDER, type TemplateFiles } from "./files.ts";
export { genericNotification } from "./generic.ts";
export { LiveTemplates } from "./live-templates.ts";
export { renderNotification } from "./render.ts";
export { TemplateSet } from "./template-set.ts";
export type { GroupEvent, Rendered, TemplateFault, Told } from "./types.ts";
