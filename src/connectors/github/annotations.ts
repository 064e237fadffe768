/** What a check run says of single lines. */
import { Type } from "../../connector-kit/index.ts";
import { closed } from "./action-parameters.ts";

const line = Type.Integer({ minimum: 1, description: "A line's number.", examples: [7] });
const example = {
  path: "src/printer.ts",
  start_line: 7,
  end_line: 7,
  annotation_level: "warning",
  message: "This catches fire.",
};

/** GitHub takes fifty in a request. */
export const annotations = Type.Array(
  Type.Object(
    {
      path: Type.String({ minLength: 1, description: "The file.", examples: ["src/printer.ts"] }),
      start_line: line,
      end_line: line,
      annotation_level: Type.Enum(["notice", "warning", "failure"], {
        description: "How bad it is.",
        examples: ["warning"],
      }),
      message: Type.String({ minLength: 1, description: "What is said.", examples: ["This catches fire."] }),
      title: Type.Optional(Type.String({ maxLength: 255, description: "Its title.", examples: ["Fire"] })),
    },
    { ...closed, description: "What is said of some lines.", examples: [example] },
  ),
  { maxItems: 50, description: "What is said of single lines, at most fifty.", examples: [[example]] },
);
