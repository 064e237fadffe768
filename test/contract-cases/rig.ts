/**
 * The engine over real sessions: a connector, a system on loopback, a proxy between that writes down what is
 * sent, and one clock for all, so that a read's lag, a token's end and the engine's waits agree.
 */
import type { Connector } from "../../src/connector-kit/contract.ts";
import { createTransport, openSession } from "../../src/connector-kit/index.ts";
import { type Engine, engine, type TestClock, testClock } from "../support/engine.ts";
import { type CheckedRequest, checkRequest, contractSpecs, loadSpec } from "../support/openapi.ts";
import { type ProxyOptions, type Recorded, type RecordingProxy, recordingProxy } from "../support/proxy.ts";

/** Said once, plainly, where there is nothing to check against. */
const specs = contractSpecs(process.env, (line) => console.log(line));

export interface RigOptions {
  connector: Connector;
  /** The system's address. */
  url: string;
  /** @param address the proxy's. */
  connection(address: string): Readonly<Record<string, unknown>>;
  credentials: Readonly<Record<string, string>>;
  clock?: TestClock;
  isWrite?: ProxyOptions["isWrite"];
}

export interface Rig extends Engine {
  proxy: RecordingProxy;
  close(): Promise<void>;
}

export async function rig(options: RigOptions): Promise<Rig> {
  const clock = options.clock ?? testClock();
  const proxy = await recordingProxy(options.url, options.isWrite ? { isWrite: options.isWrite } : {});
  const transport = createTransport({ clock, random: () => 0.5 });
  const connection = options.connection(proxy.url);
  const { credentials, connector } = options;
  return {
    ...engine({
      connectors: [connector],
      clock,
      open: () => openSession(connector, { transport, connection, credentials, lane: "background" }),
    }),
    proxy,
    async close() {
      await transport.close();
      await proxy.close();
    },
  };
}

/** An Integration `acme`. @param resources YAML at its own margin. */
export function integration(platform: string, resources: string, policy = "{ prune: true }"): string {
  const lines = resources.split("\n").filter((line) => line.trim() !== "");
  const margin = Math.min(...lines.map((line) => line.search(/\S/)));
  return [
    "apiVersion: plumbline.dev/v1alpha1",
    "kind: Integration",
    "metadata: { name: acme }",
    "spec:",
    `  platform: ${platform}`,
    `  policy: ${policy}`,
    "  resources:",
    ...lines.map((line) => `    ${line.slice(margin)}`),
    "",
  ].join("\n");
}

/**
 * What is wrong with requests by a platform's OpenAPI description; nothing where there is none, which is said.
 *
 * @param inner the requests that a request carries inside, where a platform has batches.
 */
export function mistakes(
  platform: string,
  requests: readonly Recorded[],
  inner: (request: Recorded) => readonly CheckedRequest[] = () => [],
): string[] {
  if (specs === undefined) return [];
  const spec = loadSpec(specs, platform);
  return requests
    .flatMap((request) => [{ ...request, url: request.path }, ...inner(request)])
    .flatMap((request) => {
      const verdict = checkRequest(spec, request);
      return "error" in verdict ? [verdict.error] : [];
    });
}
