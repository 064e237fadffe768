/** What Slack would refuse in a message, and whom a message mentions. */
import type { Recorded } from "../../support/proxy.ts";

/** A request that posts or changes a message: by the Web API a form, by a webhook JSON. */
export function messageIn({ body }: Pick<Recorded, "body">): { text: string; blocks: Block[] } {
  const { text, blocks } = body as { text: string; blocks: string | Block[] };
  return { text, blocks: typeof blocks === "string" ? (JSON.parse(blocks) as Block[]) : blocks };
}

interface Text {
  type: string;
  text: string;
}
export interface Block {
  type: string;
  text?: Text;
  fields?: Text[];
  elements?: (Text & { elements?: Text[]; text?: Text | string; url?: string; action_id?: string; value?: string })[];
}

/** Limits of docs.slack.dev/reference/block-kit, and the 12,000 that we stay below as a whole. @returns what breaks them. */
export function mistakesIn({ text, blocks }: { text: string; blocks: readonly Block[] }): string[] {
  const mistakes = blocks.length > 50 ? [`${blocks.length} blocks`] : [];
  const check = (what: string, given: string | undefined, most: number) => {
    if (given === undefined) return;
    if (given.length < 1 || given.length > most) mistakes.push(`${what} has ${given.length}`);
    if (!given.isWellFormed()) mistakes.push(`${what} is not well formed`);
  };
  check("text", text, 4000);
  for (const block of blocks) {
    check(block.type, block.text?.text, block.type === "header" ? 150 : 3000);
    if (block.fields && (block.fields.length < 1 || block.fields.length > 10)) mistakes.push("fields");
    for (const field of block.fields ?? []) check("field", field.text, 2000);
    const most = { context: 10, actions: 25 }[block.type] ?? 50;
    if (block.elements && (block.elements.length < 1 || block.elements.length > most)) mistakes.push(block.type);
    const ids = (block.elements ?? []).flatMap(({ action_id }) => action_id ?? []);
    if (new Set(ids).size < ids.length) mistakes.push("an action_id twice");
    for (const element of block.elements ?? []) {
      if (element.type === "button") check("button", (element.text as Text).text, 75);
      check("action_id", element.action_id, 255);
      check("value", element.value, 2000);
      check("url", element.url, 3000);
      for (const inner of element.elements ?? []) check(inner.type, (inner as { text?: string }).text, 3000);
    }
  }
  if (JSON.stringify(blocks).length > 40_000) mistakes.push("the message is too long");
  return mistakes;
}

/** Every control sequence in what Slack reads as mrkdwn, and every element of rich text that mentions. */
export function mentionsIn({ text, blocks }: { text: string; blocks: readonly Block[] }): string[] {
  const found = [...text.matchAll(/<[^>]*>?/g)].map(([sequence]) => sequence);
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { type, text: inner } = value as { type?: string; text?: unknown };
    if (["user", "usergroup", "broadcast", "channel"].includes(type ?? "")) found.push(JSON.stringify(value));
    const isRead = type === "mrkdwn" || type === "plain_text";
    if (isRead) found.push(...[...String(inner).matchAll(/<[^>]*>?/g)].map(([sequence]) => sequence));
    for (const below of Object.values(value)) visit(below);
  };
  visit(blocks);
  return [...new Set(found)];
}
