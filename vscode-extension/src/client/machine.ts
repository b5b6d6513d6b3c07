/** What the search for a server asks of the machine; files and processes come through here alone. */

export type Ran =
  | { readonly kind: "ended"; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "failed"; readonly reason: string };

export interface Environment {
  readonly [name: string]: string | undefined;
}

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  readonly home: string;
  isFile(path: string): boolean;
  isFolder(path: string): boolean;
  /** Where a symbolic link leads, absolute; undefined for anything else. */
  linkOf(path: string): string | undefined;
  /** The path without symbolic links; the path itself where it does not exist. */
  realPath(path: string): string;
  /** Runs a program to its end, in `cwd`, with a time limit. Never rejects. */
  run(command: readonly string[], env: Environment, cwd: string): Promise<Ran>;
}
