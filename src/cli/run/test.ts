/** `plumbline test`: one cheap call and the identity, to tell whether a credential works. */
import type { Integration } from "../../api/index.ts";
import type { Check, Identity } from "../../connector-kit/account.ts";
import { ConnectorError } from "../../connector-kit/errors.ts";
import type { Answered } from "../../connector-kit/http/connection.ts";
import type { LimitLeft } from "../../connector-kit/http/limiter.ts";
import type { Manifest } from "../../manifests/types.ts";
import { ownerOf } from "../../reconcile/pass.ts";
import type { Invocation, Run } from "../command.ts";
import type { TestFlags } from "../commands/test.ts";
import { type Connections, createConnections } from "../compose.ts";
import { UserError } from "../errors.ts";
import { listenForInterrupts } from "../interrupt.ts";
import type { Output } from "../output.ts";
import { pad, paragraph, visible } from "../plain-text.ts";
import { createProgress } from "../progress.ts";
import { remedies } from "../remedies.ts";
import { findIntegrations } from "../selection.ts";
import { openSoundWorkspace } from "../workspace.ts";

interface Tested {
  integration: string;
  ok: boolean;
  system?: string;
  identity?: Identity;
  check?: Check;
  requests?: number;
  /** What the platform told of its limits, or publishes. */
  limits?: readonly LimitLeft[];
  error?: { code: string; message: string; remedy: string };
}

const test: Run<TestFlags, [string]> = async (invocation, flags, name) => {
  const workspace = await openSoundWorkspace(invocation, flags.file);
  if (!workspace) return 1;
  const { surroundings, output } = invocation;
  const { named, rest } = findIntegrations(
    name,
    workspace.integrations.map(({ object }) => object),
  );
  if (rest !== "") throw new UserError(`"${name}" is more than the name of an Integration.`);
  const chosen = workspace.integrations.filter(({ object }) => named.includes(object));
  const progress = createProgress(surroundings, output);
  const interruption = listenForInterrupts(surroundings, () => undefined);
  const connections = createConnections(invocation, workspace, progress);
  try {
    const all = chosen.map((manifest) => testOne(manifest, connections));
    const results = await interruption.race(Promise.all(all));
    await print(invocation, flags, results);
    return results.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    progress.end();
    interruption.end();
    await connections.close();
  }
};
export default test;

async function testOne(manifest: Manifest<Integration>, connections: Connections): Promise<Tested> {
  const integration = ownerOf(manifest.object).replace(/^default\//, "");
  try {
    const limiters = new Set<Answered["limiter"]>();
    const session = await connections.open(manifest, { onAnswer: ({ limiter }) => limiters.add(limiter) });
    const check = await session.check();
    const identity = await session.identity();
    const system = `${manifest.object.spec.platform}/${session.origin}/${identity?.id ?? "-"}`;
    const requests = session.requests.read + session.requests.write;
    const limits = [...limiters].flatMap((limiter) => limiter.left());
    return { integration, ok: true, system, check, requests, limits, ...(identity ? { identity } : {}) };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { code, message } = error;
    return { integration, ok: false, error: { code, message, remedy: remedies[code] } };
  }
}

async function print({ output }: Invocation, flags: TestFlags, results: readonly Tested[]): Promise<void> {
  if (flags.output !== "text") return output.data(results, flags.output);
  for (const result of results) output.print(linesOf(result, output).join("\n"));
}

function linesOf(
  { integration, system, identity, check, requests, limits = [], error }: Tested,
  output: Output,
): string[] {
  const name = output.paint("bold", visible(integration));
  if (error) {
    return [
      `${output.paint("red", "×")} ${name}  ${output.paint("red", `${error.code}: ${paragraph(error.message)}`)}`,
      `  ${error.remedy}`,
    ];
  }
  const account = check?.account;
  const rows: (readonly [string, string | undefined])[] = [
    ["system", [system, identity?.title && `(${identity.title})`].filter(Boolean).join(" ")],
    ["account", account && (account.name ? `${account.name} (${account.id})` : account.id)],
    ["scopes", check?.scopes && (check.scopes.length > 0 ? check.scopes.join(", ") : "none")],
    ["expires", check?.expiresAt],
    ["version", check?.version],
    ["requests", String(requests)],
    ...limits.map(
      ({ name, limit, remaining }) =>
        ["limit", `${name}: ${remaining} left${limit === undefined ? "" : ` of ${limit}`}`] as const,
    ),
  ];
  const stated = rows.flatMap(([label, text]) => (text === undefined ? [] : [`  ${pad(label, 10)}${visible(text)}`]));
  return [`${output.paint("green", "✓")} ${name}  works`, ...stated];
}
