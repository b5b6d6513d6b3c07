/** The button that leads to an installation. */
import type { Remedy } from "../client/errors.ts";

export const INSTALL_COMMAND = "pipelens.installServer";

export function installRemedy(python: string): Remedy {
  return { title: "Install…", command: INSTALL_COMMAND, args: [python] };
}
