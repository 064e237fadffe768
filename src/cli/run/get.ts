/** `plumbline get`: what is on record joined with what is declared, so that neither is missed. */
import { DEFAULT_NAMESPACE } from "../../api/index.ts";
import { inboundConditions } from "../../controller/inbound/record.ts";
import { didYouMean, nearest } from "../../manifests/nearest.ts";
import type { Manifest } from "../../manifests/types.ts";
import { specDigest } from "../../reconcile/digest.ts";
import { webhookAddress } from "../../server/webhook-address.ts";
import type { Firing } from "../../store/firing-types.ts";
import { openStore } from "../../store/open.ts";
import { isOwnRecord, type ObjectState } from "../../store/types.ts";
import { VERSION } from "../../version.ts";
import type { Invocation, Run } from "../command.ts";
import type { GetFlags } from "../commands/get.ts";
import { UserError } from "../errors.ts";
import { knownOwners, ownedByAll } from "../memory-view.ts";
import { type ObjectRow, objectData, objectTable, webhookLines } from "../object-views.ts";
import { openWorkspace } from "../workspace.ts";

const kinds = ["Integration", "Rule", "NotificationRoute"] as const;
type KindName = (typeof kinds)[number];

const get: Run<GetFlags, [string?, string?]> = async (invocation, flags, kindText, name) => {
  const { surroundings, output } = invocation;
  const kind = kindText === undefined ? undefined : kindOf(kindText);
  const rows = (await collect(invocation, flags)).filter(
    (row) => (kind === undefined || row.kind === kind) && (name === undefined || isNamed(row, name)),
  );
  if (name !== undefined && rows.length === 0)
    throw new UserError(`There is no ${kind} "${name}", declared or on record.`);
  if (flags.output !== "text") {
    await output.data({ items: rows.map(objectData) }, flags.output);
    return 0;
  }
  if (rows.length === 0) output.note("Nothing is declared or on record here.");
  else output.print([objectTable(rows, surroundings.clock.now(), output), ...webhookLines(rows)].join("\n"));
  return 0;
};
export default get;

/** Reads what is declared and what is on record. */
async function collect(invocation: Invocation, flags: GetFlags): Promise<ObjectRow[]> {
  const { loaded, folder, configuration } = await openWorkspace(invocation, flags.file, false);
  const wrong = loaded.problems.filter(({ code }) => code !== "NoManifests").length;
  if (wrong > 0)
    invocation.output.warn(
      "Some manifests are wrong; of them only what is on record is shown. See `plumbline validate`.",
    );
  const store = await openStore(flags.state, {
    mode: "read",
    folder,
    env: invocation.surroundings.env,
    version: VERSION,
  });
  try {
    const all = await store.objects();
    const objects = all.filter((one) => !isOwnRecord(one)).map((one) => withInbound(one, all));
    const owned = await ownedByAll(store);
    const known = knownOwners(objects, owned).map((owner) => ({ kind: "Integration", owner }));
    const others = objects.map(({ kind, name }) => ({ kind, owner: name }));
    const firings = (await store.firings?.list()) ?? [];
    return join([...known, ...others], {
      manifests: loaded.manifests,
      objects,
      firings,
      owns: (owner) => owned.get(owner)?.length ?? 0,
      publicUrl: configuration?.value.publicUrl,
      anyWrong: wrong > 0,
    });
  } finally {
    await store.close();
  }
}

function join(
  recorded: readonly { kind: string; owner: string }[],
  {
    manifests,
    objects,
    firings,
    owns,
    publicUrl,
    anyWrong,
  }: {
    manifests: readonly Manifest[];
    objects: readonly ObjectState[];
    firings: readonly Firing[];
    owns(owner: string): number;
    publicUrl: string | undefined;
    anyWrong: boolean;
  },
): ObjectRow[] {
  const rows = new Map<string, ObjectRow>();
  // A Scenario is no object of a controller: nothing is ever on record of it.
  const known = manifests.filter(({ object }) => object.kind !== "Scenario");
  const declared = known.map(({ object }) => ({ kind: object.kind, owner: ownerOf(object), object }));
  for (const { kind, owner } of [...recorded, ...declared]) {
    const state = objects.find((one) => one.kind === kind && one.name === owner);
    const manifest = declared.find((one) => one.kind === kind && one.owner === owner);
    const platform =
      state?.platform ?? (manifest?.object.kind === "Integration" ? manifest.object.spec.platform : undefined);
    const firing = firings.find((one) => one.kind === kind && one.name === owner);
    rows.set(`${kind} ${owner}`, {
      kind,
      owner,
      owns: kind === "Integration" ? owns(owner) : 0,
      declared: manifest !== undefined,
      ...(manifest === undefined && anyWrong ? { mayBeHidden: true } : {}),
      ...(manifest && kind !== "Integration" ? { digest: specDigest(manifest.object.spec) } : {}),
      ...(state ? { state } : {}),
      ...(firing ? { firing } : {}),
      ...(platform === undefined ? {} : { platform }),
      ...webhookOf(manifest?.object, publicUrl),
    });
  }
  return [...rows.values()].sort((a, b) => (`${a.kind} ${a.owner}` < `${b.kind} ${b.owner}` ? -1 : 1));
}

/** What is known of its events stands beside an Integration's own conditions. */
function withInbound(object: ObjectState, all: readonly ObjectState[]): ObjectState {
  if (object.kind !== "Integration") return object;
  return { ...object, conditions: [...object.conditions, ...inboundConditions(all, object.name)] };
}

function webhookOf(object: Manifest["object"] | undefined, publicUrl: string | undefined): { webhook?: string } {
  if (object?.kind !== "Integration" || object.spec.events?.enabled !== true || publicUrl === undefined) return {};
  const { namespace = DEFAULT_NAMESPACE, name } = object.metadata;
  return { webhook: webhookAddress(publicUrl, { namespace, name }) };
}

function ownerOf({ metadata }: Manifest["object"]): string {
  return `${metadata.namespace ?? DEFAULT_NAMESPACE}/${metadata.name}`;
}

/** @throws UserError naming the nearest kind. */
function kindOf(text: string): KindName {
  const plain = text.toLowerCase().replace(/s$/, "");
  const found = kinds.find((kind) => kind.toLowerCase() === (plain === "route" ? "notificationroute" : plain));
  if (found) return found;
  const near = nearest(
    plain,
    kinds.map((kind) => kind.toLowerCase()),
  );
  const meant = kinds.find((kind) => kind.toLowerCase() === near);
  throw new UserError(
    `There is no kind "${text}".${meant ? didYouMean(meant, [meant]) : ""} There is ${kinds.join(", ")}; a name comes after it.`,
  );
}

function isNamed({ owner }: ObjectRow, name: string): boolean {
  return owner === name || owner.split("/")[1] === name;
}
