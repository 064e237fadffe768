/** One connector's description as text. */
import { type ConnectorDescription, type FieldNote, limitText } from "./describe-connector.ts";
import type { Output } from "./output.ts";
import { visible, wrap } from "./plain-text.ts";
import { renderTable } from "./render-table.ts";

type Look = Pick<Output, "paint" | "width">;

export function renderConnector(connector: ConnectorDescription, look: Look): string {
  const { paint } = look;
  const blocks = [
    `${paint("bold", visible(connector.platform))}   ${visible(connector.title)}`,
    section("connection", fieldTable(connector.connection, look), look),
    section("credentials", fieldTable(connector.credentials, look), look),
    ...connector.kinds.map(({ kind, notes, fields }) =>
      section(`resources.${kind}`, fieldTable(fields, look), look, notes.join(", ")),
    ),
    ...connector.actions.map(({ name, description, parameters }) =>
      section(`action ${name}`, fieldTable(parameters, look), look, description),
    ),
    ...(connector.target
      ? [section("notifications", fieldTable(connector.target, look), look, "a receiver's target")]
      : []),
    section("events", eventList(connector.events, look), look),
    section("limits", limitTable(connector.limits, look), look),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** A title with a remark beside it, or below where it does not fit; the body indented. */
function section(title: string, body: string, { paint, width }: Look, remark = ""): string {
  if (body === "" && remark === "") return "";
  const head = visible(title);
  const said = visible(remark);
  const beside = head.length + 3 + said.length <= width;
  const rows = body.trimEnd().split("\n").filter(Boolean);
  const below = beside ? [] : wrap(said, width - 2).map((line) => paint("dim", line));
  const first = paint("cyan", head) + (beside && said !== "" ? paint("dim", `   ${said}`) : "");
  return [first, ...[...below, ...rows].map((line) => `  ${line}`)].join("\n");
}

function fieldTable(fields: readonly FieldNote[], { paint, width }: Look): string {
  return renderTable(
    fields,
    [
      { title: "FIELD", of: ({ name, required }) => (required ? `${name} *` : name) },
      { title: "TYPE", of: ({ type }) => type },
      {
        title: "WHAT IT IS",
        of: ({ description, notes }) => [description, ...notes.map((note) => `(${note})`)].join(" "),
      },
    ],
    { paint, width: width - 2, wrapLast: true },
  );
}

/** Names only: there may be many. */
function eventList(events: ConnectorDescription["events"], { width }: Look): string {
  return wrap(events.map(({ name }) => visible(name)).join(", "), width - 2).join("\n");
}

function limitTable(limits: ConnectorDescription["limits"], { paint, width }: Look): string {
  return renderTable(
    limits,
    [
      { title: "LIMIT", of: ({ name }) => name },
      { title: "REQUESTS", of: limitText },
      { title: "SOURCE", of: ({ source }) => source },
    ],
    { paint, width: width - 2, wrapLast: true },
  );
}
