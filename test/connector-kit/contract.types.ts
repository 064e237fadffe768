import {
  defineConnector,
  defineResource,
  type HttpReader,
  type HttpWriter,
  Secret,
  Type,
} from "../../src/connector-kit/index.ts";

interface Row {
  id: string;
  name: string;
  color?: "red" | "green";
}
class TrelloReader {
  readonly http: HttpReader;
  constructor(http: HttpReader) {
    this.http = http;
  }
  async boardLabels(id: string): Promise<Row[]> {
    return [{ id, name: "x" }];
  }
}
class TrelloWriter extends TrelloReader {
  readonly writer: HttpWriter;
  constructor(writer: HttpWriter) {
    super(writer);
    this.writer = writer;
  }
  async createLabel(board: string, label: { name: string }): Promise<{ id: string }> {
    return { id: board + label.name };
  }
  async updateLabel(_id: string, _label: { name?: string }): Promise<void> {
    await 0;
  }
  async deleteLabel(_id: string): Promise<void> {
    await 0;
  }
}
const Label = Type.Object({ name: Type.String(), color: Type.Optional(Type.Enum(["red", "green", "none"])) });
export const labels = defineResource({
  schema: Label,
  parent: "boards",
  key: (label) => label.name,
  async *list(trello: TrelloReader, { parents }) {
    for (const board of parents) {
      for (const { id, name, color } of await trello.boardLabels(board.id)) {
        yield { parent: board, id, spec: { name, color: color ?? "none" } };
      }
    }
  },
  create: (trello: TrelloWriter, { desired, parent }) => trello.createLabel(parent.id, desired),
  update: (trello, { observed, changes }) => trello.updateLabel(observed.id, changes),
  remove: (trello, { id }) => trello.deleteLabel(id),
});
export default defineConnector({
  platform: "trello",
  title: "Trello",
  connection: Type.Object({}),
  credentials: Type.Object({ token: Secret() }),
  http: {
    baseUrl: "https://api.trello.com",
    authorize: ({ credentials }) => ({ headers: { a: credentials.token ?? "" } }),
  },
  open: ({ http }) => ({ reader: new TrelloReader(http.reader), writer: new TrelloWriter(http.writer) }),
  check: async (trello) => {
    await trello.boardLabels("x");
    return {};
  },
  identity: async (trello) => ({ id: (await trello.boardLabels("x"))[0]?.id ?? "" }),
  resources: { boards: labels, labels },
});
