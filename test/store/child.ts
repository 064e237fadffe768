/** The other process of the tests: it takes a lock, writes, or stops in the middle of a transaction. */
import { openDatabase } from "../../src/store/database.ts";
import { systemClock } from "../../src/store/index.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";

const [what, file = "", name = ""] = process.argv.slice(2);
const options = { file, version: "0.1.0" };

/** Announces something, and returns when it was written out. */
const say = (text: string) => new Promise((resolve) => process.stdout.write(`${text}\n`, resolve));
const stay = () => setInterval(() => undefined, 60_000);
const holder = (command: string) => ({ pid: process.pid, host: "here", command, since: "2026-11-25T12:00:03.000Z" });

if (what === "hold") {
  const store = await openSqliteStore(options);
  await store.lock(holder("plumbline apply -f ."), 0);
  await say("held");
  stay();
} else if (what === "try") {
  const store = await openSqliteStore(options);
  await say(
    await store.lock(holder("plumbline apply -f ."), 0).then(
      () => "held",
      (error) => `${error.code}: ${error.message}`,
    ),
  );
  await store.close();
} else if (what === "half") {
  const store = await openSqliteStore(options);
  await store.lock(holder("plumbline apply -f ."), 0);
  const database = await openDatabase({ ...options, where: file, clock: systemClock(), mode: "write" });
  database.exec("begin immediate; insert or ignore into systems values ('s'); pragma cache_size = 1");
  const insert = database.prepare("insert into intents values ('s', 'channels', ?, 'default/acme', 1)");
  for (let index = 0; index < 2000; index++) insert.run(`half-${index}`); // enough to reach the log before the commit
  await say("half");
  stay();
} else if (what === "pairs") {
  const store = await openSqliteStore(options);
  for (let index = 0; ; index++) {
    const put = ["a", "b"].map((side) => ({
      kind: side,
      key: `${index}`,
      id: "i",
      integration: "default/acme",
      applied: "x",
    }));
    await store.update("s", { put });
    await say(`${index}`);
  }
} else if (what === "write") {
  const store = await openSqliteStore(options);
  for (let index = 0; index < 20; index++) {
    await store.update("s", {
      intend: [{ kind: "channels", key: `${name}-${index}`, integration: "i", startedAt: 1 }],
    });
  }
  await store.close();
  await say("written");
}
