/**
 * Tells what a snapshot of the manifests begins and ends: files that are wrong, Integrations that are gone.
 *
 * While a file is wrong, anything may be declared in it, so that no Integration counts as gone.
 */
import type { Snapshot } from "../sources/source.ts";
import type { Alerts } from "./alerts.ts";
import { endedWithIntegration, type Moment, manifestEvent, type Topic } from "./own-events.ts";
import { fileOf, wrongFiles } from "./wrong-files.ts";

/**
 * What was told by an earlier process and is over by now ends too.
 *
 * @param isDeclared whether there is an Integration of this name, `namespace/name`.
 */
export async function tellSnapshot(
  alerts: Alerts,
  snapshot: Pick<Snapshot, "problems" | "held">,
  isDeclared: (owner: string) => boolean,
  at: Moment,
): Promise<void> {
  const wrong = new Map(wrongFiles(snapshot).map((one) => [one.fingerprint, one]));
  for (const [fingerprint, one] of wrong) {
    const content = JSON.stringify([one.problems, one.held]);
    await alerts.tell(fingerprint, content, at, (moment) => manifestEvent(one, one, moment));
  }
  for (const fingerprint of await alerts.firing()) {
    if (wrong.has(fingerprint)) continue;
    const file = fileOf(fingerprint);
    const [topic = "", ...owner] = fingerprint.split("/");
    if (!file && (wrong.size > 0 || isDeclared(owner.join("/")))) continue;
    await alerts.tell(fingerprint, undefined, at, (moment) =>
      file ? manifestEvent(file, undefined, moment) : endedWithIntegration(topic as Topic, owner.join("/"), moment),
    );
  }
}
