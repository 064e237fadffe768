import { expect, test } from "vitest";
import { examplesPlace } from "./place.ts";

test("probe", async () => {
  const t0 = Date.now();
  const p = await examplesPlace({ github: { repositories: [{ name: "website", description: "old" }] } });
  console.log("start", Date.now() - t0);
  for (const line of ["plan", "apply --auto-approve", "plan --detailed-exitcode", "get", "get -o json"]) {
    const t = Date.now();
    const r = await p.run(line);
    console.log(line, Date.now() - t, r.code, r.stdout, r.stderr);
  }
  console.log(await p.inventory());
});
