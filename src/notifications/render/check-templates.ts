/**
 * What is wrong with the templates that NotificationRoutes use, for `validate`: unknown names with their place in the
 * route, mistakes in a text with their place in it, mistakes in a file with its line.
 *
 * All files of templates/ are checked, used or not: which one a receiver takes may change with one word.
 */
import type { NestedRoute, NotificationRoute } from "../../api/notification-route.ts";
import { problemAt } from "../../manifests/problem.ts";
import type { AnyManifest, DocumentPath, Manifest, Problem } from "../../manifests/types.ts";
import { readTemplates, TEMPLATES_FOLDER } from "./files.ts";
import { isName, TemplateSet } from "./template-set.ts";

/**
 * Checks the templates of the NotificationRoutes among manifests.
 *
 * @param folder where `plumbline.config.yaml` is, else the working folder; `templates/` stands there.
 */
export async function checkTemplates(manifests: readonly Manifest[], folder: string): Promise<Problem[]> {
  const routes = manifests.filter(isRoute);
  if (routes.length === 0) return [];
  const { files, problems } = await readTemplates(folder);
  const templates = new TemplateSet(files);
  const unreadable = new Set(problems.map(({ file }) => file));
  const inFiles = [...files.keys()].flatMap((name) => fileProblems(name, templates));
  return [...problems, ...inFiles, ...routes.flatMap((route) => routeProblems(route, templates, unreadable))];
}

function fileProblems(name: string, templates: TemplateSet): Problem[] {
  const file = fileOf(name);
  return templates.compiled(name).mistakes.map((mistake) => ({ ...mistake, file }));
}

/** A file's own mistakes are told once, in the file. */
function routeProblems(
  manifest: Manifest<NotificationRoute>,
  templates: TemplateSet,
  unreadable: ReadonlySet<string | undefined>,
): Problem[] {
  return receiversOf(manifest.object.spec, ["spec"]).flatMap(({ template, path }) => {
    const { mistakes } = templates.compiled(template);
    const named = isName(template);
    if (named && unreadable.has(fileOf(template.replace(/\.hbs$/, "")))) return [];
    return mistakes
      .filter(({ code }) => !named || code === "UnknownTemplate")
      .map(({ code, message, line, column }) => {
        const place = line === 1 ? `character ${column}` : `line ${line}, character ${column} of the text`;
        return problemAt(manifest, path, { code, message: named ? message : `${message} It stands at ${place}.` });
      });
  });
}

function receiversOf(route: NestedRoute, place: DocumentPath): { template: string; path: DocumentPath }[] {
  const own = (route.receivers ?? []).flatMap(({ template }, index) =>
    template === undefined ? [] : [{ template, path: [...place, "receivers", index, "template"] }],
  );
  const nested = (route.routes ?? []).flatMap((child, index) => receiversOf(child, [...place, "routes", index]));
  return [...own, ...nested];
}

function fileOf(name: string): string {
  return `${TEMPLATES_FOLDER}/${name}.hbs`;
}

function isRoute(manifest: Manifest<AnyManifest>): manifest is Manifest<NotificationRoute> {
  return manifest.object.kind === "NotificationRoute";
}
