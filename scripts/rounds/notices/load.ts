/** Senders of events for routes, which remember what was answered, whatever becomes of the program. */
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { alertOf, eventOf } from "./flow.ts";

/** Milliseconds between two events of one sender. */
const PAUSE = 10;
const headers = { "content-type": "application/cloudevents+json" };

export interface NoticeLoad {
  /** The ids of events that were answered 2xx. */
  taken: ReadonlySet<string>;
  sent(): number;
  /** Sends to a program until told to stop. @returns stops it, and waits for what is under way. */
  begin(address: string): () => Promise<void>;
  /** Ends each alert that was taken in; comes again until that is taken in too. */
  resolveAlerts(address: string): Promise<void>;
  /** Keeps events of the team `quiet` from being told. */
  silence(address: string): Promise<void>;
  close(): Promise<void>;
}

/** @param senders that each send one event after the other. */
export function createNoticeLoad(senders: number): NoticeLoad {
  const agent = new Agent({ connections: senders, pipelining: 1 });
  const taken = new Set<string>();
  const alerts: number[] = [];
  let sent = 0;

  async function post(address: string, path: string, body: string, type: Record<string, string>): Promise<boolean> {
    const options = { method: "POST", headers: type, body, dispatcher: agent } as const;
    const status = await request(`${address}${path}`, options).then(
      async (answer) => {
        await answer.body.dump();
        return answer.statusCode;
      },
      () => 0,
    );
    return status >= 200 && status < 300;
  }

  async function sendOn(address: string, end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      const number = sent++;
      const { id, body, alert } = eventOf(number);
      if (await post(address, "/api/events", body, headers)) {
        taken.add(id);
        if (alert !== undefined) alerts.push(number);
      }
      await sleep(PAUSE);
    }
  }

  return {
    taken,
    sent: () => sent,
    begin(address) {
      const end = new AbortController();
      const all = Promise.all(Array.from({ length: senders }, () => sendOn(address, end.signal)));
      return async () => {
        end.abort();
        await all;
      };
    },
    async resolveAlerts(address) {
      for (const number of alerts) {
        const { id, body } = alertOf(number, "resolved");
        while (!(await post(address, "/api/events", body, headers))) await sleep(PAUSE);
        taken.add(id);
      }
    },
    async silence(address) {
      const body = JSON.stringify({ matchers: ["team=quiet"], duration: "2h", comment: "the round's" });
      while (!(await post(address, "/api/silences", body, { "content-type": "application/json" }))) await sleep(PAUSE);
    },
    close: () => agent.destroy(),
  };
}
