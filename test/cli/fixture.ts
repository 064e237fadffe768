/** A folder with one Integration of the fake platform, and the command line in it. */
import { type CliOptions, type CliResult, cli, folderOf } from "../support/cli.ts";
import { type FakeSystem, fakeSystem } from "../support/fakes.ts";

export interface Place {
  fake: FakeSystem;
  folder: string;
  run(line: string | readonly string[], options?: Partial<CliOptions>): Promise<CliResult>;
}

/** An Integration `acme` with these lines under `resources` (indented by four). */
export function manifest(resources: string, spec = ""): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: fake
${spec}  resources:
${resources}`;
}

export const twoRooms = `    rooms:
      - name: incidents
        topic: Sev 1 and 2
      - name: releases
`;

/** @param files by path; a manifest goes in `acme.yaml`. */
export function place(files: Readonly<Record<string, string>> = { "acme.yaml": manifest(twoRooms) }): Place {
  const fake = fakeSystem();
  const folder = folderOf(files);
  return {
    fake,
    folder,
    run: (line, options = {}) =>
      cli(typeof line === "string" ? line.split(" ").filter(Boolean) : line, {
        cwd: folder,
        connectors: [fake.connector],
        ...options,
      }),
  };
}

/** Ctrl-C for a run that is given `signals`. */
export function interrupter(): { send(): void; signals(listener: () => void): void } {
  const listeners: (() => void)[] = [];
  return {
    send: () => listeners.at(-1)?.(),
    signals: (listener) => {
      listeners.push(listener);
    },
  };
}
