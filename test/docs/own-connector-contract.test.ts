/** The connector that `docs/writing-a-connector.md` leads through, in the suite that every connector passes. */

import { expect, onTestFinished, test } from "vitest";
import library from "../../docs/examples/library-cards/connector/index.mts";
import { describeConnector } from "../connectors/contract.ts";
import { startLibrary } from "../support/library.ts";
import { recordingProxy } from "../support/proxy.ts";
import { openTestSession } from "../support/sessions.ts";

describeConnector({
  connector: library,
  async start({ smallPages }) {
    const { url, token, close } = await startLibrary(smallPages ? { pageSize: 1 } : {});
    return { url, connection: {}, credentials: { token }, close };
  },
  kinds: {
    shelves: {
      entries: [
        { name: "local-history", room: "Reading room", open: true },
        { name: "comics", room: "Cellar" },
      ],
      change: { room: "Hall", open: false },
    },
  },
});

test("a loan whose answer was lost is asked for again, and the book is lent once", async () => {
  const system = await startLibrary();
  const proxy = await recordingProxy(system.url);
  const { token } = system;
  const { session, close } = await openTestSession(library, {
    connection: { baseUrl: proxy.url },
    credentials: { token },
  });
  onTestFinished(async () => {
    await close();
    await proxy.close();
    await system.close();
  });
  let lost = 0;
  proxy.intercept(() => {
    lost += 1;
    return lost === 1 ? "drop-after" : "pass";
  });
  const book = { book: "9780131103627" };
  const lent = session.guardErrors(async () => library.actions?.lend_book?.run(session.writer, book, { key: "run-1" }));
  expect(await lent).toEqual({ id: "loan-1", due: "2026-12-24" });
  expect([...system.loans.keys()]).toEqual(["run-1"]);
  expect(proxy.writes().map(({ path }) => path)).toEqual(["/loans", "/loans"]);
});
