/**
 * `plumbline controller`: opens everything in order, runs until a signal, and closes it in the opposite one.
 *
 * Webhooks are answered before the state is held: they only go to the inbox. The first signal ends the program
 * cleanly, the second at once.
 */
import { join } from "node:path";
import type { Controller } from "../../controller/controller.ts";
import { createLogger, createServer, type Logger, type PlumblineServer } from "../../server/index.ts";
import { webhookAddress } from "../../server/webhook-address.ts";
import { openLastingStore } from "../../store/open.ts";
import type { HolderLock, LastingStore } from "../../store/types.ts";
import { VERSION } from "../../version.ts";
import type { Invocation, Run } from "../command.ts";
import type { ControllerFlags } from "../commands/controller.ts";
import { createConnections } from "../compose.ts";
import { composeController } from "../controller/compose.ts";
import { sizeHeap } from "../controller/heap.ts";
import { untilLost, waitForLead } from "../controller/leadership.ts";
import { type Lines, linesAtOnce } from "../controller/lines.ts";
import { liveSettings } from "../controller/settings.ts";
import { UserError } from "../errors.ts";
import { INTERRUPTED } from "../exit.ts";
import { readSettings, type Settings, showProblems } from "../workspace.ts";

/** Milliseconds for which requests under way are waited for at the end. */
const REQUESTS_MAY_TAKE = 10_000;

const controller: Run<ControllerFlags> = async (invocation, flags) => {
  if (flags.file.includes("-")) throw new UserError("Standard input cannot be watched. Name a folder with -f.");
  const first = await readSettings(invocation, true);
  if (first.configuration && first.configuration.problems.length > 0) {
    showProblems(invocation, first.configuration.problems);
    return 1;
  }
  const publicUrl = publicUrlOf(flags, first);
  sizeHeap();
  const { env } = invocation.surroundings;
  const { folder } = first;
  const store = await openLastingStore(flags.state, { mode: "write", thread: true, folder, env, version: VERSION });
  let code = 1;
  try {
    code = await run(invocation, flags, first, store, publicUrl);
  } finally {
    await store.close();
  }
  // Reads that were left may wait for answers that nobody wants any more.
  invocation.surroundings.exit(code);
  return code;
};
export default controller;

async function run(
  invocation: Invocation,
  flags: ControllerFlags,
  first: Settings,
  store: LastingStore,
  publicUrl: string | undefined,
): Promise<number> {
  const live = liveSettings(invocation, first, flags.file);
  const connections = createConnections(invocation, live.settings);
  const lines = linesAtOnce((text) => invocation.surroundings.stderr.write(text));
  const log = logOf(invocation, flags, lines);
  const stopping = listen(invocation, log);
  let address: string | undefined;
  let lock: HolderLock | undefined;
  const { controller: it, http } = composeController(invocation, {
    inputs: flags.file,
    live,
    connections,
    store,
    log,
    publicUrl: () => publicUrl ?? address,
    configurationFile: first.configuration && join(first.folder, "plumbline.config.yaml"),
  });
  const server = await createServer(it.parts);
  try {
    await it.watch();
    if (nothingInForce(invocation, it)) return 1;
    const { host, port } = flags.listen ?? { host: "127.0.0.1", port: 8080 };
    address = await listening(server, host, port);
    log.info({ address, version: VERSION, state: store.url }, "listening");
    for (const target of it.parts.webhooks.targets()) {
      log.info({ address: webhookAddress(publicUrl ?? address, target), platform: target.platform }, "takes webhooks");
    }
    lock = await waitForLead(store, invocation.surroundings, stopping.signal, (message) => {
      log.warn({}, `takes webhooks only until it holds the state. ${message}`);
    });
    return lock ? await lead(invocation, it, lock, stopping.signal, log) : 0;
  } finally {
    await end(server, it, invocation);
    // Nobody may take over while a write is under way.
    await lock?.release();
    await connections.close();
    await http.close();
    stopping.end();
    log.info({}, "stopped");
    lines.flush();
  }
}

/** Reconciles and acts until a signal comes or the state is lost. */
async function lead(
  { surroundings }: Invocation,
  it: Controller,
  lock: HolderLock,
  signal: AbortSignal,
  log: Logger,
): Promise<number> {
  log.info({}, "holds the state");
  it.lead(lock);
  if ((await untilLost(lock, surroundings, signal)) === "stopped") return 0;
  log.error({}, "the right to write ran out: another process may have taken over. Ending, to be started anew.");
  return 1;
}

/** Whether there is nothing to begin with but mistakes, which are then shown. */
function nothingInForce(invocation: Invocation, it: Controller): boolean {
  const { manifests = [], problems = [] } = it.current()?.snapshot ?? {};
  if (manifests.length > 0 || problems.length === 0) return false;
  showProblems(invocation, problems);
  return true;
}

/** Takes no more requests; those under way are waited for, but not for ever. */
async function end(server: PlumblineServer, it: Controller, { surroundings: { clock } }: Invocation): Promise<void> {
  const over = new AbortController();
  const late = clock.sleep(REQUESTS_MAY_TAKE, over.signal).catch(() => undefined);
  await Promise.race([server.close(), late]);
  over.abort();
  await it.stop();
}

/** @throws UserError when the address cannot be listened on. */
async function listening(server: PlumblineServer, host: string, port: number): Promise<string> {
  try {
    return await server.listen(host, port);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === "EADDRINUSE"
        ? "another program listens there"
        : code === "EACCES"
          ? "this user may not"
          : (code ?? "the system refused it");
    throw new UserError(`Cannot listen on ${host}:${port}: ${why}. Choose another with --listen HOST:PORT.`, { cause });
  }
}

function logOf({ surroundings, output }: Invocation, flags: ControllerFlags, lines: Lines): Logger {
  return createLogger({
    level: flags.quiet ? "error" : flags["log-level"],
    format: flags["log-format"] ?? "json",
    write: lines.write,
    redact: (text) => output.redact(text),
    now: () => surroundings.clock.now(),
  });
}

/** The first signal ends cleanly, the second at once. */
function listen({ surroundings }: Invocation, log: Logger): { signal: AbortSignal; end(): void } {
  const stopping = new AbortController();
  const end = surroundings.onSignal(() => {
    if (stopping.signal.aborted) {
      surroundings.exit(INTERRUPTED);
      return;
    }
    log.info({}, "stopping: what is under way ends first. Once more to stop at once");
    stopping.abort();
  });
  return { signal: stopping.signal, end };
}

/** @throws UserError for what is no address. */
function publicUrlOf(flags: ControllerFlags, { configuration }: Settings): string | undefined {
  const given = flags["public-url"];
  if (given !== undefined && !/^https?:\/\/[^/]/i.test(given)) {
    throw new UserError(`--public-url: "${given}" is no address; write it as https://plumbline.example.com.`);
  }
  return given ?? configuration?.value.publicUrl;
}
