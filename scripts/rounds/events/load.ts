/** Senders of signed webhooks, which remember what was answered, whatever becomes of the program. */
import { Agent, request } from "undici";
import { FLOW_PATH, issueOpened } from "../../../test/support/event-flow.ts";
import type { Random } from "../random.ts";

/** Issues that half of the events share: few events each, since many of one subject at once are taken for a loop. */
const SHARED = 400;

export interface Load {
  /** The ids of webhooks that were answered 2xx. */
  taken: ReadonlySet<string>;
  /** How often each status was answered; 0 for no answer. */
  statuses: ReadonlyMap<number, number>;
  /** How many webhooks were sent. */
  sent(): number;
  /** Sends to a program until told to stop. @returns stops it, and waits for what is under way. */
  begin(address: string): () => Promise<void>;
  close(): Promise<void>;
}

/** @param senders that each send one webhook after the other. @param bytes of a body at least. */
export function createLoad(random: Random, senders: number, bytes: number): Load {
  const agent = new Agent({ connections: senders, pipelining: 1 });
  const taken = new Set<string>();
  const statuses = new Map<number, number>();
  let sent = 0;

  async function send(address: string, id: string, issue: number): Promise<void> {
    const { headers, body } = issueOpened(id, issue, bytes);
    const status = await request(`${address}${FLOW_PATH}`, { method: "POST", headers, body, dispatcher: agent }).then(
      async (answer) => {
        await answer.body.dump();
        return answer.statusCode;
      },
      () => 0,
    );
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status >= 200 && status < 300) taken.add(id);
    // A platform that gets no answer waits before it comes again.
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function sendOn(address: string, end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      const number = sent++;
      const issue = number % 2 === 0 ? random.whole(1, SHARED) : 1000 + number;
      const id = `w-${number}`;
      await send(address, id, issue);
      // Some are sent again, as after an answer that was lost.
      if (random.fraction() < 0.05 && !end.aborted) await send(address, id, issue);
    }
  }

  return {
    taken,
    statuses,
    sent: () => sent,
    begin(address) {
      const end = new AbortController();
      const all = Promise.all(Array.from({ length: senders }, () => sendOn(address, end.signal)));
      return async () => {
        end.abort();
        await all;
      };
    },
    close: () => agent.destroy(),
  };
}
