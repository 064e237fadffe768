/** The shells that `plumbline completion` knows; apart from their scripts, which only that command loads. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];
