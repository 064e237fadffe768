/** `plumbline graph`: the drawing on stdout; of manifests that are wrong there is none. */
import type { Integration, NotificationRoute, Rule } from "../../api/index.ts";
import type { AnyManifest, Manifest } from "../../manifests/types.ts";
import type { Run } from "../command.ts";
import type { GraphFlags } from "../commands/graph.ts";
import { buildGraph, type Drawn } from "../graph/build.ts";
import { declarationOf } from "../graph/declared.ts";
import { compiledOf } from "../look.ts";
import { openWorkspace, showProblems, type Workspace } from "../workspace.ts";

const graph: Run<GraphFlags> = async (invocation, flags) => {
  const { output } = invocation;
  const workspace = await openWorkspace(invocation, flags.file, flags["load-connectors"] === true);
  const { problems, unchecked } = workspace.loaded;
  if (problems.length > 0) {
    showProblems(invocation, problems);
    return 1;
  }
  if (unchecked.length > 0) {
    output.warn(
      `Of ${unchecked.join(", ")} only top-level kinds are counted. To run your own connectors' code: --load-connectors`,
    );
  }
  const drawing = buildGraph(await drawnOf(workspace));
  // withDefaults gives "text" where the flag is not stated
  const text =
    flags.output === "dot" ? (await import("../graph/dot.ts")).dot : (await import("../graph/mermaid.ts")).mermaid;
  output.print(text(drawing));
  return 0;
};
export default graph;

async function drawnOf({ integrations, loaded, platforms }: Workspace): Promise<Drawn> {
  const all = loaded.manifests.map(({ object }) => object);
  return {
    integrations: await Promise.all(
      integrations.map(async (manifest: Manifest<Integration>) =>
        declarationOf(manifest, await compiledOf(platforms, manifest.object.spec.platform)),
      ),
    ),
    rules: all.filter((object: AnyManifest): object is Rule => object.kind === "Rule"),
    routes: all.filter((object: AnyManifest): object is NotificationRoute => object.kind === "NotificationRoute"),
  };
}
