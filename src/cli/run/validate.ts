/** `plumbline validate`: as little as possible is loaded here, since editors and hooks run it at every save. */
import { sortProblems } from "../../manifests/problem.ts";
import { renderProblems } from "../../manifests/render.ts";
import type { Problem } from "../../manifests/types.ts";
import type { Run } from "../command.ts";
import type { ValidateFlags } from "../commands/validate.ts";
import { writeProblems } from "../formats/index.ts";
import { count } from "../plain-text.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";

const validate: Run<ValidateFlags> = async (invocation, flags) => {
  const { output } = invocation;
  const workspace = await openWorkspace(invocation, flags.file, flags["load-connectors"] === true, true);
  const { manifests, files, skipped, unchecked } = workspace.loaded;
  const problems = flags.strict ? await strictly(workspace) : workspace.loaded.problems;
  const valid = problems.length === 0;
  const found = sortProblems([...problems, ...workspace.loaded.warnings]);
  if (flags.output === "json" || flags.output === "yaml") {
    const levelled = found.map((problem) => ({ level: "error", ...problem }));
    const counts = { files, manifests: manifests.length, skipped };
    await output.data({ valid, ...counts, unchecked, problems: levelled }, flags.output);
    return valid ? 0 : 1;
  }
  if (flags.output === "text") {
    output.error(renderProblems(found, { color: output.errorColor, width: output.width }));
  } else {
    const named = manifests.map(({ file }) => file);
    await writeProblems(invocation, flags.output, found, named);
  }
  if (unchecked.length > 0) {
    output.warn(
      `Connection, credentials and resources of ${unchecked.join(", ")} were not checked, nor what Rules and routes ` +
        "ask of them, since that runs code of your own connectors. To check them too: --load-connectors",
    );
  }
  if (valid && flags.output === "text") {
    const scenarios = manifests.filter(({ object }) => object.kind === "Scenario").length;
    const passed = scenarios > 0 ? `, and ${count(scenarios, "scenario passes", "scenarios pass")}` : "";
    output.print(
      `${count(manifests.length, "manifest is", "manifests are")} valid${passed} (${read(files, skipped)}).`,
    );
  }
  return valid ? 0 : 1;
};
export default validate;

/** What is wrong, and where nothing is, what is referred to and not declared. */
async function strictly({ loaded, integrations, platforms }: Workspace): Promise<readonly Problem[]> {
  if (loaded.problems.length > 0) return loaded.problems;
  const { undeclaredReferences } = await import("../../manifests/undeclared.ts");
  const known = await Promise.all(
    integrations.map(async (manifest) => ({ manifest, platform: await platforms.load(manifest.object.spec.platform) })),
  );
  return undeclaredReferences(
    known.flatMap(({ manifest, platform }) =>
      typeof platform === "object" ? [{ manifest, compiled: platform.compiled }] : [],
    ),
  );
}

function read(files: number, skipped: number): string {
  const others = skipped > 0 ? `, ${count(skipped, "other document")} passed over` : "";
  return `${count(files, "file")} read${others}`;
}
