/** What makes a notification of a group's events; who delivers is given one. */
import type { Rendered, Told } from "../render/types.ts";

/** Never throws: where a template fails, it gives the generic notification, with the fault. */
export type Renderer = (told: Told) => Rendered | Promise<Rendered>;
