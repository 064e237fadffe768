/**
 * A process of its own: sends signed webhooks over kept connections as fast as they are answered, and takes the
 * deliveries in.
 *
 * Both sides speak HTTP by hand. It shares the cores with what is measured, so all that is looked at of a message is its
 * first byte of status and where it ends.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { FLOW_PATH, issueOpened } from "../../test/support/event-flow.ts";
import { createMessageEnds } from "./messages.ts";

/** What the process is asked to do. */
export interface LoadOrder {
  port: number;
  connections: number;
  /** How many webhooks. */
  count: number;
  /** Begins the ids of the webhooks, which must not come twice. */
  prefix: string;
  /** Whether each leads to a delivery, which is waited for. */
  delivered: boolean;
}

/** What it tells. */
export type LoadSaid =
  | { receiver: number }
  /** Milliseconds from the first webhook on: until the last was answered, and until the last was delivered. */
  | { answered: number; delivered: number; refused: number };

/** Bytes of a body. */
const BYTES = 2048;

/** Milliseconds without a delivery after which no more are waited for. */
const SILENCE = 20_000;

/** Where the status begins in an answer, and its first digit when all went well. */
const STATUS = "HTTP/1.1 ".length;
const TWO = "2".charCodeAt(0);

let arrived = 0;
let arrivedAt = 0;

const NO_CONTENT = Buffer.from("HTTP/1.1 204 No Content\r\n\r\n");

/** Answers each request with 204, once it is whole. */
const receiver = createServer((socket) => {
  const ends = createMessageEnds();
  socket.setNoDelay(true).on("error", () => undefined);
  socket.on("data", (chunk) => {
    for (let ended = ends(chunk); ended > 0; ended--) {
      arrived += 1;
      socket.write(NO_CONTENT);
    }
    arrivedAt = performance.now();
  });
});
receiver.listen(0, "127.0.0.1", () => say({ receiver: (receiver.address() as AddressInfo).port }));
process.on("message", (order: LoadOrder) => void carryOut(order));

async function carryOut({ port, connections, count, prefix, delivered }: LoadOrder): Promise<void> {
  arrived = 0;
  const requests = Array.from({ length: count }, (_, at) => bytesOf(`${prefix}-${at}`, at, port));
  const start = performance.now();
  const refused = { count: 0 };
  await Promise.all(Array.from({ length: connections }, () => sendAll(requests, port, refused)));
  const answered = performance.now() - start;
  arrivedAt = performance.now();
  while (delivered && arrived < count - refused.count) {
    if (performance.now() - arrivedAt > SILENCE) throw new Error(`${arrived} of ${count} were delivered.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  say({ answered, delivered: arrivedAt - start, refused: refused.count });
}

function bytesOf(id: string, issue: number, port: number): Buffer {
  const { headers, body } = issueOpened(id, issue, BYTES);
  const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers, "content-length": String(body.length) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(`POST ${FLOW_PATH} HTTP/1.1\r\n${head}\r\n${body}`);
}

/** One connection: the next request goes when the one before it is answered. Takes requests from the end. */
function sendAll(requests: Buffer[], port: number, refused: { count: number }): Promise<void> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  return new Promise((resolve, reject) => {
    const ends = createMessageEnds();
    let isFirst = true;
    const next = () => {
      const request = requests.pop();
      if (request) socket.write(request);
      else end(socket, resolve);
    };
    socket.once("connect", next).once("error", reject);
    socket.on("data", (chunk) => {
      if (isFirst && chunk[STATUS] !== TWO) refused.count += 1;
      isFirst = ends(chunk) > 0;
      if (isFirst) next();
    });
  });
}

function end(socket: Socket, ended: () => void): void {
  socket.removeAllListeners();
  socket.end();
  ended();
}

function say(said: LoadSaid): void {
  process.send?.(said);
}
