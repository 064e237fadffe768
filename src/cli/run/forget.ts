/** `plumbline forget`: takes things out of the record under the lock; no system is asked or changed. */
import { didYouMean } from "../../manifests/nearest.ts";
import type { Store } from "../../store/types.ts";
import { ask, assertApprovable } from "../approve.ts";
import { recordDeeds } from "../audit.ts";
import type { Invocation, Run } from "../command.ts";
import type { ForgetFlags } from "../commands/forget.ts";
import { UserError } from "../errors.ts";
import { withLockedStore } from "../lock.ts";
import { knownOwners, type Owned, ownedByAll } from "../memory-view.ts";
import { count, visible } from "../plain-text.ts";
import { readSettings } from "../workspace.ts";

const forget: Run<ForgetFlags, string[]> = async (invocation, flags, integration = "", ...things) => {
  const { surroundings } = invocation;
  assertApprovable("forget", flags["auto-approve"] === true, surroundings);
  const { folder } = await readSettings(invocation, false);
  const where = { state: flags.state, folder, command: "plumbline forget", timeout: flags["lock-timeout"] };
  return withLockedStore(surroundings, where, (store) => forgetLocked(invocation, flags, store, integration, things));
};
export default forget;

async function forgetLocked(
  invocation: Invocation,
  flags: ForgetFlags,
  store: Store,
  integration: string,
  things: readonly string[],
): Promise<number> {
  const { surroundings, output } = invocation;
  const owned = await ownedByAll(store);
  const owner = findOwner(integration, knownOwners(await store.objects(), owned));
  const mine = owned.get(owner) ?? [];
  const chosen = things.length === 0 ? mine : things.map((thing) => findThing(thing, mine, integration));
  output.print(
    [
      `${visible(integration)} owns ${count(mine.length, "thing")}. To be forgotten:`,
      ...chosen.map(
        ({ system, entry }) => `  ${visible(`${entry.kind}/${entry.key}`)}  ${visible(entry.id)}  ${visible(system)}`,
      ),
      ...(things.length === 0 ? ["  its conditions"] : []),
    ].join("\n"),
  );
  if (!flags["auto-approve"] && !(await ask(`Forget ${count(chosen.length, "thing")}?`, surroundings))) {
    output.print("Nothing was forgotten.");
    return 1;
  }
  for (const [system, entries] of Map.groupBy(chosen, (one) => one.system)) {
    const drop = entries.map(({ entry: { kind, key } }) => ({ kind, key }));
    await store.update(system, { drop, settle: drop, heal: drop });
  }
  if (things.length === 0) await store.dropObject("Integration", owner);
  const details = { forgotten: chosen.length, all: things.length === 0 };
  await recordDeeds(invocation, store, surroundings.cwd, [
    { action: "forget", resourceType: "integration", resourceId: owner, outcome: "done", details },
  ]);
  output.print(`Forgot ${count(chosen.length, "thing")} of ${visible(integration)}. In the system nothing changed.`);
  return 0;
}

/** @returns `namespace/name`. */
function findOwner(text: string, owners: readonly string[]): string {
  const found = owners.filter((owner) => owner === text || owner.split("/")[1] === text);
  if (found.length > 1)
    throw new UserError(`"${text}" is in several namespaces: ${found.join(", ")}. Name one of these.`);
  const [owner] = found;
  if (owner !== undefined) return owner;
  const names = owners.map((one) => one.replace(/^default\//, ""));
  const known = names.length > 0 ? ` On record: ${names.join(", ")}.` : " Nothing is on record.";
  throw new UserError(`Nothing is on record of an Integration "${text}".${didYouMean(text, names) || known}`);
}

function findThing(text: string, mine: readonly Owned[], integration: string): Owned {
  const found = mine.find(({ entry }) => `${entry.kind}/${entry.key}` === text);
  if (found) return found;
  const names = mine.map(({ entry }) => `${entry.kind}/${entry.key}`);
  throw new UserError(`${integration} owns no "${text}".${didYouMean(text, names)}`);
}
