/** Machines for tests: one made up, and the real one with an environment of its own. */
import { NodeMachine } from "../../src/client/nodeMachine.ts";
import type { Environment, Machine } from "../../src/client/machine.ts";
import type { Described } from "../../src/install/described.ts";

/** A Unix with these files; folders are what lies above them. */
export function unixWith(files: readonly string[], env: Environment = { PATH: "/usr/bin:/usr/local/bin" }): Machine {
  return {
    platform: "linux",
    env,
    home: "/home/me",
    isFile: (path) => files.includes(path),
    isFolder: (path) => files.some((file) => file.startsWith(`${path}/`)),
    linkOf: () => undefined,
    realPath: (path) => path,
    run: () => Promise.resolve({ kind: "failed", reason: "nothing runs here" }),
  };
}

export class RealMachine extends NodeMachine {
  override readonly env: Environment;

  constructor(env: Environment) {
    super();
    this.env = env;
  }
}

export function described(python: string, more: Partial<Described> = {}): Described {
  return {
    python,
    version: "3.12.1",
    prefix: python.replace(/\/bin\/[^/]*$/, ""),
    kind: "venv",
    byUv: false,
    isManaged: false,
    isWritable: true,
    hasPip: true,
    hasEnsurepip: true,
    makesVenv: true,
    ...more,
  };
}
