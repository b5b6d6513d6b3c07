/** Which program is the debug adapter: the server's own, found by the same ladder. */
import type { Located } from "../client/locate.ts";
import type { Environment } from "../client/machine.ts";

/** env: on top of the editor's own; undefined takes a variable away. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The adapter, started as the server is: in a folder of ours, so that nothing of the workspace is
 * imported. interpreter: the Python for tasks that the user chose; without it the adapter finds it as
 * builds do. around: the environment of the extension, which VS Code passes on. Undefined without a server.
 */
export function adapterProgram(
  located: Located | undefined,
  interpreter: string | null,
  around: Environment,
): Program | undefined {
  const [command, ...words] = located?.choice?.command ?? [];
  if (located === undefined || command === undefined) {
    return undefined;
  }
  const removed = Object.keys(around).filter((name) => !(name in located.env));
  return {
    command,
    args: [...words, "dap", ...(interpreter === null ? [] : ["--interpreter", interpreter])],
    cwd: located.cwd,
    env: { ...Object.fromEntries(removed.map((name) => [name, undefined])), ...located.env },
  };
}
