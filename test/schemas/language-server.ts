/**
 * A client of the YAML language server that editors use, over stdio (Language Server Protocol 3.17,
 * JSON-RPC with `Content-Length` headers).
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
}

export interface Diagnostic {
  message: string;
  range: { start: { line: number; character: number } };
}

/** A running language server, asked as an editor would. */
export class LanguageServer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #diagnostics = new Map<string, (diagnostics: readonly Diagnostic[]) => void>();
  #received = Buffer.alloc(0);
  #id = 0;

  private constructor() {
    const program = createRequire(import.meta.url).resolve("yaml-language-server/bin/yaml-language-server");
    this.#process = spawn(process.execPath, [program, "--stdio"]);
    this.#process.stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
  }

  /** Starts a server that fetches no schema from the network. */
  static async start(): Promise<LanguageServer> {
    const server = new LanguageServer();
    await server.#request("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
    server.#send({ method: "initialized", params: {} });
    const yaml = { schemaStore: { enable: false }, validate: true, completion: true };
    server.#send({ method: "workspace/didChangeConfiguration", params: { settings: { yaml } } });
    return server;
  }

  /** Opens a document and waits for what the server finds wrong with it. */
  open(uri: string, text: string): Promise<readonly Diagnostic[]> {
    const found = new Promise<readonly Diagnostic[]>((resolve) => this.#diagnostics.set(uri, resolve));
    const textDocument = { uri, languageId: "yaml", version: 1, text };
    this.#send({ method: "textDocument/didOpen", params: { textDocument } });
    return found;
  }

  /** @returns the labels that are offered at a place of an open document (line and character from 0). */
  async complete(uri: string, line: number, character: number): Promise<string[]> {
    const params = { textDocument: { uri }, position: { line, character } };
    const { items } = (await this.#request("textDocument/completion", params)) as { items: { label: string }[] };
    return items.map(({ label }) => label);
  }

  stop(): void {
    this.#process.kill();
  }

  #request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#id;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    return answer;
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const end = this.#received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString("latin1", 0, end))?.[1]);
      if (this.#received.length < end + 4 + length) return;
      const body = this.#received.toString("utf8", end + 4, end + 4 + length);
      this.#received = this.#received.subarray(end + 4 + length);
      this.#handle(JSON.parse(body) as Message);
    }
  }

  #handle(message: Message): void {
    if (message.method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = message.params as { uri: string; diagnostics: Diagnostic[] };
      this.#diagnostics.get(uri)?.(diagnostics);
    } else if (message.method !== undefined && message.id !== undefined) {
      // The server asks for its configuration and to register for changes: it has been told all.
      this.#send({
        id: message.id,
        result: message.method === "workspace/configuration" ? [{}, {}, {}, {}, {}] : null,
      });
    } else if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message.result);
    }
  }
}
