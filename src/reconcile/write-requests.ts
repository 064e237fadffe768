/** What a plan's changes are to a connector: the things that writes are about, with ids and secrets in their places. */
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import type { CreateRequest, ObservedParent, Spec, UpdateRequest } from "../connector-kit/contract.ts";
import { settleReferences } from "../connector-kit/references.ts";
import { withoutIgnored } from "./ignored.ts";
import type { Ledger } from "./ledger.ts";
import { parentOf } from "./match.ts";
import { withSecrets } from "./prepare.ts";
import type { Desired, PlannedChange, Thing } from "./types.ts";

const noParent: ObservedParent = { id: "", key: [], spec: {} };

/** Makes requests from what the ledger knows at that moment: ids of what this run made are among it. */
export class WriteRequests {
  readonly #compiled: CompiledConnector;
  readonly #ledger: Pick<Ledger, "find" | "idOf" | "observed">;

  constructor(compiled: CompiledConnector, ledger: Pick<Ledger, "find" | "idOf" | "observed">) {
    this.#compiled = compiled;
    this.#ledger = ledger;
  }

  /** @throws Error when the parent is not there: the plan's order was wrong. */
  create(change: PlannedChange): CreateRequest<Spec> {
    const kind = this.kind(change);
    const parent = kind.parent ? this.#ledger.find(kind.parent.kind, parentOf(change.key)) : noParent;
    if (!parent)
      throw new Error(`${kind.parent?.kind}/${parentOf(change.key)} does not exist, and is not part of this run.`);
    return { desired: this.desired(change), parent };
  }

  update(change: PlannedChange): UpdateRequest<Spec> {
    const stated = this.desired(change);
    const desired = withoutIgnored(stated, change.desired?.entry.lifecycle.ignoreFields);
    const names = new Set(change.differences.map(({ field }) => field));
    for (const pointer of change.secretsChanged) names.add(pointer.split("/")[1] as string);
    const idOf = this.#ledger.idOf;
    return {
      observed: this.#ledger.observed(change),
      desired,
      changes: Object.fromEntries([...names].map((name) => [name, desired[name] ?? stated[name]])),
      lists: Object.fromEntries(
        change.differences.flatMap(({ path, delta }) =>
          delta ? [[path.slice(1), settleReferences(delta, idOf)]] : [],
        ),
      ),
    };
  }

  /** Sets what creating could not set. @param fields the names of top-level fields. */
  completion(change: PlannedChange, fields: readonly string[]): UpdateRequest<Spec> {
    const desired = this.desired(change);
    const lists = Object.fromEntries(
      fields.flatMap((name) =>
        Array.isArray(desired[name]) ? [[name, { added: desired[name] as unknown[], removed: [] }]] : [],
      ),
    );
    const changes = Object.fromEntries(fields.map((name) => [name, desired[name]]));
    return { observed: this.#ledger.observed(change), desired, changes, lists };
  }

  /** What is written: ids for references, values for secrets. */
  desired(change: PlannedChange): Record<string, unknown> {
    const { resolved, secrets } = change.desired as Desired;
    return withSecrets(settleReferences(resolved, this.#ledger.idOf), secrets);
  }

  kind(change: PlannedChange): Kind {
    return change.desired?.kind ?? (this.#compiled.kinds.get(change.kind) as Kind);
  }

  thing(change: PlannedChange): Thing {
    return change.thing as Thing;
  }
}
