/** `plumbline get`: what is on record joined with what is declared, so that neither is missed. */
import { DEFAULT_NAMESPACE } from "../../api/index.ts";
import { didYouMean, nearest } from "../../manifests/nearest.ts";
import type { Manifest } from "../../manifests/types.ts";
import { webhookAddress } from "../../server/webhook-address.ts";
import { openStore } from "../../store/open.ts";
import type { ObjectState } from "../../store/types.ts";
import { VERSION } from "../../version.ts";
import type { Invocation, Run } from "../command.ts";
import type { GetFlags } from "../commands/get.ts";
import { UserError } from "../errors.ts";
import { knownOwners, ownedByAll } from "../memory-view.ts";
import type { Style } from "../paint.ts";
import { paragraph } from "../plain-text.ts";
import { renderTable } from "../render-table.ts";
import { openWorkspace } from "../workspace.ts";

const kinds = ["Integration", "Rule", "NotificationRoute"] as const;
type KindName = (typeof kinds)[number];

/** One object as it is shown. */
interface Row {
  kind: string;
  /** `namespace/name`. */
  owner: string;
  platform?: string;
  state?: ObjectState;
  /** Things that it owns. */
  owns: number;
  declared: boolean;
  /** Where its webhooks go, where the configuration says how the controller is reached. */
  webhook?: string;
}

const get: Run<GetFlags, [string?, string?]> = async (invocation, flags, kindText, name) => {
  const { surroundings, output } = invocation;
  const kind = kindText === undefined ? undefined : kindOf(kindText);
  const rows = (await collect(invocation, flags)).filter(
    (row) => (kind === undefined || row.kind === kind) && (name === undefined || isNamed(row, name)),
  );
  if (name !== undefined && rows.length === 0)
    throw new UserError(`There is no ${kind} "${name}", declared or on record.`);
  if (flags.output !== "text") {
    await output.data({ items: rows.map(asData) }, flags.output);
    return 0;
  }
  if (rows.length === 0) output.note("Nothing is declared or on record here.");
  else output.print([table(rows, surroundings.clock.now(), invocation), ...webhookLines(rows)].join("\n"));
  return 0;
};
export default get;

/** Reads what is declared and what is on record. */
async function collect(invocation: Invocation, flags: GetFlags): Promise<Row[]> {
  const { loaded, folder, configuration } = await openWorkspace(invocation, flags.file, false);
  const wrong = loaded.problems.filter(({ code }) => code !== "NoManifests").length;
  if (wrong > 0) invocation.output.warn("Some manifests are wrong, and are not shown: see `plumbline validate`.");
  const store = await openStore(flags.state, {
    mode: "read",
    folder,
    env: invocation.surroundings.env,
    version: VERSION,
  });
  try {
    const objects = await store.objects();
    const owned = await ownedByAll(store);
    const known = knownOwners(objects, owned).map((owner) => ({ kind: "Integration", owner }));
    const others = objects.map(({ kind, name }) => ({ kind, owner: name }));
    return join([...known, ...others], {
      manifests: loaded.manifests,
      objects,
      owns: (owner) => owned.get(owner)?.length ?? 0,
      publicUrl: configuration?.value.publicUrl,
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
    owns,
    publicUrl,
  }: {
    manifests: readonly Manifest[];
    objects: readonly ObjectState[];
    owns(owner: string): number;
    publicUrl: string | undefined;
  },
): Row[] {
  const rows = new Map<string, Row>();
  // A Scenario is no object of a controller: nothing is ever on record of it.
  const known = manifests.filter(({ object }) => object.kind !== "Scenario");
  const declared = known.map(({ object }) => ({ kind: object.kind, owner: ownerOf(object), object }));
  for (const { kind, owner } of [...recorded, ...declared]) {
    const state = objects.find((one) => one.kind === kind && one.name === owner);
    const manifest = declared.find((one) => one.kind === kind && one.owner === owner);
    const platform =
      state?.platform ?? (manifest?.object.kind === "Integration" ? manifest.object.spec.platform : undefined);
    rows.set(`${kind} ${owner}`, {
      kind,
      owner,
      owns: kind === "Integration" ? owns(owner) : 0,
      declared: manifest !== undefined,
      ...(state ? { state } : {}),
      ...(platform === undefined ? {} : { platform }),
      ...webhookOf(manifest?.object, publicUrl),
    });
  }
  return [...rows.values()].sort((a, b) => (`${a.kind} ${a.owner}` < `${b.kind} ${b.owner}` ? -1 : 1));
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
  const found = kinds.find((kind) => kind.toLowerCase() === plain);
  if (found) return found;
  const near = nearest(
    plain,
    kinds.map((kind) => kind.toLowerCase()),
  );
  const meant = kinds.find((kind) => kind.toLowerCase() === near);
  throw new UserError(
    `There is no kind "${text}".${meant ? didYouMean(meant, [meant]) : ""} There is ${kinds.join(", ")}.`,
  );
}

function isNamed({ owner }: Row, name: string): boolean {
  return owner === name || owner.split("/")[1] === name;
}

function readyOf({ state }: Row) {
  return state?.conditions.find(({ type }) => type === "Ready");
}

function messageOf(row: Row): string {
  if (!row.declared && row.kind === "Integration") {
    return `undeclared, owns ${row.owns}: plumbline forget ${shortName(row.owner)}`;
  }
  return paragraph(readyOf(row)?.message ?? "apply has not run yet");
}

function shortName(owner: string): string {
  return owner.startsWith(`${DEFAULT_NAMESPACE}/`) ? owner.slice(DEFAULT_NAMESPACE.length + 1) : owner;
}

const statusStyles: Readonly<Record<string, Style>> = { True: "green", False: "red" };

function table(rows: readonly Row[], now: number, { output }: Invocation): string {
  return renderTable(
    rows,
    [
      { title: "KIND", of: ({ kind }) => kind },
      { title: "NAME", of: ({ owner }) => shortName(owner) },
      { title: "PLATFORM", of: ({ platform }) => platform ?? "" },
      {
        title: "READY",
        of: (row) => readyOf(row)?.status ?? "Unknown",
        style: (row) => statusStyles[readyOf(row)?.status ?? ""],
      },
      { title: "REASON", of: (row) => readyOf(row)?.reason ?? "" },
      { title: "AGE", of: (row) => ageOf(readyOf(row)?.lastTransitionTime, now) },
      { title: "MESSAGE", of: messageOf },
    ],
    { width: output.width, paint: output.paint },
  );
}

/** Addresses stand below the table, whole: they are there to be copied. */
function webhookLines(rows: readonly Row[]): string[] {
  const lines = rows.flatMap(({ owner, webhook }) =>
    webhook === undefined ? [] : [`  ${shortName(owner)}  ${webhook}`],
  );
  return lines.length === 0 ? [] : ["", "Webhooks go to:", ...lines];
}

const units = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
] as const;

/** @returns how long ago, in the largest whole unit. */
function ageOf(time: string | undefined, now: number): string {
  if (time === undefined) return "";
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  const unit = units.find(([, size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[1])}${unit[0]}` : `${seconds}s`;
}

function asData({ kind, owner, platform, state, owns, declared, webhook }: Row): Record<string, unknown> {
  const [namespace, name] = owner.split("/");
  return {
    kind,
    namespace,
    name,
    ...(platform === undefined ? {} : { platform }),
    ...(state?.system === undefined ? {} : { system: state.system }),
    ...(state ? { generation: state.generation } : {}),
    ...(state?.observedGeneration === undefined ? {} : { observedGeneration: state.observedGeneration }),
    owns,
    declared,
    ...(webhook === undefined ? {} : { webhook }),
    conditions: state?.conditions ?? [],
  };
}
