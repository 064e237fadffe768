/** What a reader has to know before the changes: what took no effect, and what could not be read. */
import type { Plan } from "../../api/plan.ts";
import { nameOf } from "./lines.ts";
import { code } from "./text.ts";

/** The longest message. */
const MESSAGE = 1000;

/** @returns a line of a list for each. */
export function troublesOf({ base, integrations }: Plan): string[] {
  const notices = (base?.notices ?? []).map(
    ({ code: word, message }) => `- **Without effect:** ${code(word)} ${code(message, MESSAGE)}`,
  );
  const errors = integrations.flatMap((integration) => {
    const { error, failures = [] } = integration;
    const name = code(nameOf(integration));
    const untrusted = integration.view === "offline" ? "compared without asking it" : "could not be read";
    return [
      ...(error ? [`- **${name} ${untrusted}:** ${code(error.code)} ${code(error.message, MESSAGE)}`] : []),
      ...failures.map(
        ({ kind, code: word, message }) =>
          `- **${code(kind)} in ${name} could not be read:** ${code(word)} ${code(message, MESSAGE)}`,
      ),
    ];
  });
  return [...notices, ...errors];
}
