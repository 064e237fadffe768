/** The starters by platform: a connector that Plumbline brings along has one here, in the order of their names. */
import { github } from "./github.ts";
import { slack } from "./slack.ts";
import type { Starter } from "./starter.ts";
import { webhook } from "./webhook.ts";

export const starters: Readonly<Record<string, Starter>> = { github, slack, webhook };
