/** The programs that take the webhooks in, each in a process of its own. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { eventFlow, FLOW_PATH, FLOW_SECRET } from "../../test/support/event-flow.ts";

export interface Server {
  port: number;
  /** The most memory, in MB, that it had resident so far. */
  memory(): number;
  stop(): Promise<void>;
}

export async function bareHandler(): Promise<Server> {
  const child = fork(join(import.meta.dirname, "bare.ts"));
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return serverOf(child, port);
}

/** @param folder an empty one. @param github the loopback's address. @param receiver where the rule sends to. */
export async function plumbline(folder: string, github: string, receiver: string, rule: boolean): Promise<Server> {
  const { files, env } = eventFlow({ github, receiver, rule });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { PATH = "" } = process.env;
  const program = join(import.meta.dirname, "../../dist/cli.js");
  const child = spawn(process.execPath, [...profiling(), program, "controller", "--listen", "127.0.0.1:0"], {
    cwd: folder,
    env: { PATH, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const port = await lineOf(child, child.stderr, (line) => {
    const { message, address } = JSON.parse(line) as { message: string; address?: string };
    return message === "listening" ? Number(new URL(String(address)).port) : undefined;
  });
  return serverOf(child, port);
}

/** For who looks where the time goes: flags of Node.js, such as --cpu-prof. */
function profiling(): string[] {
  return process.env.BENCH_NODE_FLAGS?.split(" ") ?? [];
}

/** @param home where it is installed. @param folder an empty one. */
export async function nodeRed(home: string, folder: string, receiver: string): Promise<Server> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "flows.json"), JSON.stringify(flowOf(receiver)));
  writeFileSync(join(folder, "settings.js"), settingsOf(port, folder));
  const child = spawn(
    process.execPath,
    [join(home, "node_modules/node-red/red.js"), "-s", join(folder, "settings.js")],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  await lineOf(child, child.stdout, (line) => (/Started flows/.test(line) ? true : undefined));
  return serverOf(child, port);
}

/** @returns where Node-RED is, undefined where it is not there and cannot be had. */
export async function nodeRedHome(home: string): Promise<string | undefined> {
  if (existsSync(join(home, "node_modules/node-red/red.js"))) return home;
  mkdirSync(home, { recursive: true });
  const install = ["install", "--prefix", home, "--no-audit", "--no-fund", "--loglevel=error", "node-red@4"];
  const [code] = (await once(spawn("npm", install, { stdio: "ignore" }), "close")) as [number | null];
  return code === 0 ? home : undefined;
}

/** The same flow: prove the body, look at its action, send on, answer. */
function flowOf(receiver: string): object[] {
  const node = (id: string, type: string, wires: string[][], rest: object) => ({
    id,
    type,
    z: "flow",
    x: 1,
    y: 1,
    wires,
    ...rest,
  });
  const prove = `
    const expected = crypto.createHmac("sha256", ${JSON.stringify(FLOW_SECRET)}).update(msg.payload).digest();
    const given = Buffer.from(String(msg.req.headers["x-hub-signature-256"]).replace(/^sha256=/, ""), "hex");
    msg.statusCode = given.length === expected.length && crypto.timingSafeEqual(given, expected) ? 200 : 401;
    const { action, issue, repository } = JSON.parse(msg.payload.toString("utf8"));
    msg.payload = "";
    if (msg.statusCode !== 200 || action !== "opened") return [msg, null];
    const payload = { subject: repository.full_name + "#" + issue.number, number: issue.number, title: issue.title };
    return [msg, { payload, headers: { "content-type": "application/json" } }];`;
  return [
    { id: "flow", type: "tab", label: "flow" },
    node("in", "http in", [["prove"]], { url: FLOW_PATH, method: "post", skipBodyParsing: true }),
    node("prove", "function", [["answer"], ["send"]], {
      func: prove,
      outputs: 2,
      libs: [{ var: "crypto", module: "crypto" }],
    }),
    node("answer", "http response", [], {}),
    node("send", "http request", [[]], { method: "POST", ret: "txt", url: receiver, persist: true }),
  ];
}

function settingsOf(port: number, folder: string): string {
  const settings = {
    uiPort: port,
    uiHost: "127.0.0.1",
    userDir: folder,
    flowFile: "flows.json",
    functionExternalModules: true,
    httpAdminRoot: false,
    logging: { console: { level: "info", metrics: false, audit: false } },
  };
  return `module.exports = ${JSON.stringify(settings)};\n`;
}

function serverOf(child: ChildProcess, port: number): Server {
  const ended = once(child, "close");
  return {
    port,
    memory: () => memoryOf(child.pid as number),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** What the kernel says of a process on Linux; 0 elsewhere. */
function memoryOf(pid: number): number {
  const file = `/proc/${pid}/status`;
  const kilobytes = existsSync(file) ? /^VmHWM:\s+(\d+)/m.exec(readFileSync(file, "utf8"))?.[1] : undefined;
  return (Number(kilobytes ?? 0) * 1024) / 1e6;
}

/** The first line of which `look` makes something. The others are read on, so that the program never waits. */
async function lineOf<T>(
  child: ChildProcess,
  stream: NodeJS.ReadableStream,
  look: (line: string) => T | undefined,
): Promise<T> {
  const lines = createInterface({ input: stream });
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    let found: T | undefined;
    lines.on("line", (line) => {
      if (found !== undefined) return;
      said.push(line);
      found = look(line);
      if (found !== undefined) resolve(found);
    });
    child.once("close", (code) => reject(new Error(`It ended with ${code}: ${said.join("\n")}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
