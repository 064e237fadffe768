/** `plumbline connectors`: what can be declared, read from the same declarations that the engine uses. */
import { didYouMean } from "../../manifests/nearest.ts";
import type { Run } from "../command.ts";
import type { ConnectorsFlags } from "../commands/connectors.ts";
import { describeConnector } from "../describe-connector.ts";
import { UserError } from "../errors.ts";
import { compiledOf } from "../look.ts";
import { renderConnector } from "../render-connector.ts";
import { renderTable } from "../render-table.ts";
import { readSettings } from "../workspace.ts";

const connectors: Run<ConnectorsFlags, [string?]> = async (invocation, flags, name) => {
  const { output } = invocation;
  const { platforms, configuration } = await readSettings(invocation, flags["load-connectors"] === true);
  if (!flags["load-connectors"] && (configuration?.value.connectors?.length ?? 0) > 0) {
    output.note("Your own connectors are not shown, since that runs their code. To show them: --load-connectors");
  }
  const names = name === undefined ? platforms.names : [name];
  const found = await Promise.all(names.map((one) => compiledOf(platforms, one)));
  const known = found.flatMap((compiled) => (compiled ? [describeConnector(compiled)] : []));
  const [first] = known;
  if (name !== undefined && !first) {
    const near = didYouMean(name, platforms.names);
    throw new UserError(`There is no platform "${name}".${near} There is ${platforms.names.join(", ")}.`);
  }
  if (flags.output !== "text") await output.data(name === undefined ? known : first, flags.output);
  else if (name !== undefined && first) output.print(renderConnector(first, output));
  else {
    const columns = [
      { title: "PLATFORM", of: ({ platform }: (typeof known)[number]) => platform },
      { title: "TITLE", of: ({ title }: (typeof known)[number]) => title },
      { title: "KINDS", of: ({ kinds }: (typeof known)[number]) => kinds.map(({ kind }) => kind).join(", ") },
      { title: "NOTIFIES", of: ({ target }: (typeof known)[number]) => (target ? "yes" : "no") },
      {
        title: "ACTIONS",
        of: ({ actions }: (typeof known)[number]) => actions.map((action) => action.name).join(", "),
      },
    ];
    output.print(renderTable(known, columns, { width: output.width, paint: output.paint }));
    output.note("More on one: plumbline connectors PLATFORM");
  }
  return 0;
};
export default connectors;
