/** Whether a secret got out, in any of the forms in which it could. */
import { expect } from "vitest";

/** The forms in which a secret could leave. */
function formsOf(secret: string): string[] {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return [
    secret,
    base64(secret),
    base64(`x:${secret}`),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}

/** @param texts what was written, by where. */
export function expectNowhere(texts: Readonly<Record<string, string>>, secret: string): void {
  const found = Object.entries(texts).flatMap(([where, text]) =>
    formsOf(secret).flatMap((form, index) => (text.includes(form) ? [`${where} holds form ${index}`] : [])),
  );
  expect(found).toEqual([]);
}
