/** `plumbline completion`: a script on stdout and nothing else, since a shell reads it. */
import type { Run } from "../command.ts";
import { scripts } from "../completion/scripts.ts";
import type { Shell } from "../completion/shells.ts";
import type { CommonFlags } from "../flags.ts";

const completion: Run<CommonFlags, [Shell]> = async ({ output }, _, shell) => {
  output.print(scripts[shell]);
  return 0;
};
export default completion;
