/** Which addresses lead to an Integration: those that the server would take its webhooks at. */
import { expect, test } from "vitest";
import { leadsTo, webhookAddress } from "../../src/server/webhook-address.ts";

const targets = [
  { namespace: "default", name: "gh", platform: "github" },
  { namespace: "default", name: "slack-a", platform: "slack" },
  { namespace: "default", name: "slack-b", platform: "slack" },
  { namespace: "prod", name: "gh", platform: "github" },
];
const [gh, slack] = [targets[0], targets[1]] as [(typeof targets)[0], (typeof targets)[0]];

test.each([
  { address: "https://p.example/base/api/webhooks/gh", leads: true },
  { address: "HTTPS://P.EXAMPLE:443/base/api/webhooks/gh", leads: true },
  { address: "https://p.example/base/api/webhooks/default/gh", leads: true },
  { address: "https://p.example/base/api/webhooks/github", leads: true },
  { address: "https://p.example/base/api/webhooks/prod/gh", leads: false },
  { address: "https://p.example/base/api/webhooks/none", leads: false },
  { address: "https://p.example/base/api/webhooks/", leads: false },
  { address: "https://p.example/base/api/webhooks/a/default/gh", leads: false },
  { address: "https://p.example/api/webhooks/gh", leads: false },
  { address: "http://p.example/base/api/webhooks/gh", leads: false },
  { address: "https://other.example/base/api/webhooks/gh", leads: false },
  { address: "gh", leads: false },
])("$address leads to gh: $leads", ({ address, leads }) => {
  for (const publicUrl of ["https://p.example/base", "https://p.example/base/"])
    expect(leadsTo(address, { publicUrl, targets, target: gh })).toBe(leads);
});

test("the address that is told leads to its Integration, and a platform's that several have to none", () => {
  const publicUrl = "https://p.example";
  for (const target of targets)
    expect(leadsTo(webhookAddress(publicUrl, target), { publicUrl, targets, target })).toBe(true);
  expect(leadsTo(`${publicUrl}/api/webhooks/slack`, { publicUrl, targets, target: slack })).toBe(false);
});
