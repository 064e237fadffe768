/**
 * The formats that other programs of a build read, beside json and yaml, and which command writes which.
 *
 * Apart from the formats themselves, since every start reads it: the command line has to know the names.
 */

/** What `plan`, `drift` and `show` write beside text, json and yaml. */
export const planFormatNames = ["markdown", "junit", "sarif", "github", "codequality"] as const;
export type PlanFormat = (typeof planFormatNames)[number];

/** What `validate` writes beside text, json and yaml. */
export const problemFormatNames = ["markdown", "junit", "sarif", "github", "codequality"] as const;
export type ProblemFormat = (typeof problemFormatNames)[number];
