/** What `allow.hosts` says of addresses that users choose freely. */
import { expect, test } from "vitest";
import { compileConnector } from "../../src/connector-kit/compile.ts";
import webhook from "../../src/connectors/webhook/index.ts";
import { hostTrust } from "../../src/manifests/allowlist.ts";
import { connectionHosts } from "../../src/manifests/index.ts";

test.each([
  [undefined, "unbound"],
  [{}, "unbound"],
  [{ env: ["A"] }, "unbound"],
  [{ hosts: [] }, "unnamed"],
  [{ hosts: ["10.0.0.1:8080"] }, "named"],
  [{ hosts: ["10.0.0.1:8081"] }, "unnamed"],
  [{ hosts: ["10.0.0.*"] }, "named"],
])("with %j a host is %s", (allow, trust) => {
  expect(hostTrust(allow, "/repo")("10.0.0.1", "8080")).toBe(trust);
});

test("of a webhook the stated address counts, and where there is none no host does", () => {
  const compiled = compileConnector(webhook);
  expect(connectionHosts({ url: "http://Hooks.example.com:8080/x?y" }, compiled)).toEqual([
    { property: "url", host: "hooks.example.com", port: "8080" },
  ]);
  expect(connectionHosts({}, compiled)).toEqual([]);
});
