/** The words that programs branch on, and the page that explains them, are the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorCodes } from "../../src/connector-kit/errors.ts";
import { followerReasons, inboundReasons } from "../../src/controller/reasons.ts";
import { deliveryCodes, refusalReasons } from "../../src/events/reasons.ts";
import { noticeReasons } from "../../src/notifications/decisions.ts";
import {
  blockReasons,
  changeReasons,
  conditionReasons,
  noticeCodes,
  outcomeCodes,
  passErrors,
  quietReasons,
} from "../../src/reconcile/index.ts";
import { httpCodes } from "../../src/server/http-error.ts";
import { storeErrorCodes } from "../../src/store/types.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");

/** The rows of the table under a heading: first cell and second cell. */
function table(heading: string): [string, string][] {
  const part = page.split(`## ${heading}`)[1]?.split("\n## ")[0] ?? "";
  return [...part.matchAll(/^\| (\w+) \| (.*?) \|/gm)]
    .map(([, word, meaning]): [string, string] => [word as string, meaning as string])
    .filter(([word]) => word !== "code" && word !== "reason");
}

test.each([
  ["Codes of failed calls", errorCodes],
  ["Why an Integration has no changes", passErrors],
  ["What of a pull request took no effect", noticeCodes],
  ["Why a change is held back", blockReasons],
  ["Why a change is made", changeReasons],
  ["Why a change was not carried out", outcomeCodes],
  ["Why a webhook was refused", refusalReasons],
  ["Conditions while the controller runs", [...conditionReasons, ...followerReasons, ...inboundReasons].sort()],
  ["Why a delivery ended", deliveryCodes],
  ["Why a notification was told or not", noticeReasons],
  ["What is wrong with the state", storeErrorCodes],
  ["Codes of the HTTP API", httpCodes],
] as const)("the page lists under “%s” what the program knows, and nothing else", (heading, words) => {
  expect(table(heading).map(([word]) => word)).toEqual([...words]);
});

test("the page marks exactly the reasons that do not make apply fail", () => {
  const marked = table("Why a change is held back").filter(([, meaning]) => meaning.includes("As configured."));
  expect(new Set(marked.map(([word]) => word))).toEqual(new Set(quietReasons));
});
