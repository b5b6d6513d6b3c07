/**
 * A machine that remembers what an environment's Python said of itself: asking it costs a third of a
 * second at every start. What was remembered counts only while the environment is as it was then.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Environment, Ran } from "./machine.ts";
import { NodeMachine } from "./nodeMachine.ts";
import { isQuestion, tellsOfServer } from "./pythons.ts";

/** What outlives the window; VS Code's `Memento` fits. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void> | Promise<void>;
}

/** What else decides what a Python says, besides its files. */
const COUNTING = ["PATH", "HOME", "VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH"];

export class RememberingMachine extends NodeMachine {
  private readonly memory: Memory;

  constructor(memory: Memory) {
    super();
    this.memory = memory;
  }

  override async run(command: readonly string[], env: Environment, cwd: string): Promise<Ran> {
    const [program = ""] = command;
    const before = isQuestion(command) ? stampOf(program, env) : undefined;
    if (before === undefined) {
      return super.run(command, env, cwd);
    }
    const key = `python:${program}`;
    const kept = this.memory.get(key) as { readonly stamp?: unknown; readonly stdout?: unknown } | undefined;
    if (kept?.stamp === before && typeof kept.stdout === "string") {
      return { kind: "ended", code: 0, stdout: kept.stdout, stderr: "" };
    }
    const ran = await super.run(command, env, cwd);
    if (ran.kind === "ended" && tellsOfServer(ran.stdout)) {
      // As it is now: the first import writes compiled files beside the modules.
      await this.memory.update(key, { stamp: stampOf(program, env), stdout: ran.stdout });
    }
    return ran;
  }
}

function stampOf(program: string, env: Environment): string | undefined {
  const files = filesStamp(program);
  return files && [...files, ...COUNTING.map((name) => env[name] ?? "")].join("\n");
}

/**
 * When the files were changed that tell what is installed in the environment of a Python; undefined where
 * it is in no environment of its own, as then other folders count as well.
 */
function filesStamp(program: string): string[] | undefined {
  const prefix = path.dirname(path.dirname(program));
  const marks = [path.join(prefix, "pyvenv.cfg"), path.join(prefix, "conda-meta", "history")].filter((name) =>
    fs.existsSync(name),
  );
  const libraries = sitePackages(prefix);
  if (!path.isAbsolute(program) || marks.length === 0 || libraries.length === 0) {
    return undefined;
  }
  try {
    return [program, ...marks, ...libraries].map((name) => `${name} ${fs.statSync(name).mtimeMs}`);
  } catch {
    return undefined;
  }
}

function sitePackages(prefix: string): string[] {
  try {
    return fs
      .readdirSync(path.join(prefix, "lib"))
      .map((name) => path.join(prefix, "lib", name, "site-packages"))
      .concat(path.join(prefix, "Lib", "site-packages"))
      .filter((name) => fs.existsSync(name));
  } catch {
    return [];
  }
}
