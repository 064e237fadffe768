/**
 * The one suite that every connector passes. A connector's own `contract.test.ts` says only what the suite
 * cannot know: how to start a system that keeps state, and entries for it.
 *
 * Each request of each test is checked against the platform's OpenAPI description, where `CONTRACT_SPECS`
 * names the folder that holds them; the operations that no test used are printed at the end.
 */
import { afterAll, describe, expect, test } from "vitest";
import { compileConnector } from "../../src/connector-kit/index.ts";
import { contractSpecs, loadSpec, type Spec } from "../support/openapi.ts";
import { describeEvents } from "./contract/events.ts";
import { describeFailures } from "./contract/failures.ts";
import { describeKind } from "./contract/kinds.ts";
import { describeNotifications } from "./contract/notifications.ts";
import type { Subject } from "./contract/subject.ts";

export type { EventCase, KindCase, NotificationCase, StartedSystem, Subject } from "./contract/subject.ts";

/** Defines the suite for one connector. */
export function describeConnector(subject: Subject): void {
  const { platform } = subject.connector;
  const description = descriptionOf(subject);

  describe(`the connector contract: ${platform}`, () => {
    test("the suite has entries for every kind", () => {
      expect(Object.keys(subject.kinds).sort()).toEqual([...compileConnector(subject.connector).kinds.keys()].sort());
    });

    for (const [kind, given] of Object.entries(subject.kinds)) describeKind(subject, kind, given, description);

    describeFailures(subject, description);

    describeEvents(subject);

    describeNotifications(subject, description);

    afterAll(() => {
      if (!description) return;
      const { exercised, missing } = description.coverage;
      const used = [...exercised.keys()].sort().join(", ");
      console.info(
        `${platform}: ${exercised.size} operations used: ${used}; not used: ${missing().join(", ") || "none"}`,
      );
    });
  });
}

function descriptionOf({ connector, spec }: Subject): Spec | undefined {
  if (spec === undefined) return undefined;
  const folder = contractSpecs(process.env, (line) => console.warn(`${connector.platform}: ${line}`));
  return folder === undefined ? undefined : loadSpec(folder, spec);
}
