/** A workspace full of traps, real processes: what of it leaves a trace? */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import test from "node:test";
import { locate } from "../src/client/locate.ts";
import { launchSettings } from "../src/client/launchSettings.ts";
import type { Environment } from "../src/client/machine.ts";
import { NodeMachine } from "../src/client/nodeMachine.ts";
import { onPath } from "../src/client/paths.ts";
import { ServerProcess } from "../src/client/serverProcess.ts";

/** This machine, in an environment of the test's making. */
class Machine extends NodeMachine {
  constructor(override readonly env: Environment) {
    super();
  }
}

const PYTHON = onPath(new NodeMachine(), "python3")[0];
const needed = PYTHON === undefined || process.platform === "win32" ? "there is no python3 here that a trap could catch" : false;

/** A workspace whose every file writes into `trace` when it is imported or started. */
function traps(folder: string): { workspace: string; trace: string; storage: string; bundled: string } {
  const workspace = path.join(folder, "a workspace");
  const trace = path.join(folder, "trace");
  const write = (name: string, text: string, runs = false) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, runs ? 0o755 : 0o644);
    return file;
  };
  for (const module of ["yaml", "sitecustomize", "usercustomize", "pipelens/__init__", "json", "pygls"]) {
    write(`a workspace/${module}.py`, `open(${JSON.stringify(trace)}, "a").write("${module} ")\n__version__ = "9.9.9"\n`);
  }
  for (const program of [".venv/bin/python", ".venv/bin/python3", "bin/pipelens", "bin/python3"]) {
    write(`a workspace/${program}`, `#!/bin/sh\nprintf '${program} ' >>'${trace}'\necho pipelens 9.9.9\n`, true);
  }
  write("a workspace/.venv/pyvenv.cfg", "home = /\n");
  const start = "import sys\ntry:\n    import yaml\nexcept ImportError:\n    pass\nsys.stdin.read()\n";
  const bundled = write("bundled/start.py", start);
  return { workspace, trace, storage: path.join(folder, "storage"), bundled };
}

function traceOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

interface Opening {
  readonly trusted: boolean;
  readonly interpreter?: string | undefined;
  /** Entries of PATH, relative to the workspace. */
  readonly programs: readonly string[];
}

async function opened(opening: Opening, check: (trace: string, reasons: string) => void): Promise<void> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "pipelens ü ")));
  const before = process.cwd();
  try {
    const { workspace, trace, storage, bundled } = traps(folder);
    process.chdir(workspace);
    const env = {
      PATH: [
        ...opening.programs.flatMap((name) => [path.join(workspace, name), name]),
        path.dirname(PYTHON ?? ""),
        "/usr/bin",
        "/bin",
      ].join(path.delimiter),
      PYTHONPATH: [workspace, "."].join(path.delimiter),
      HOME: folder,
    };
    const settings = launchSettings({
      "pipelens.interpreter": opening.interpreter,
      "pipelens.server.command": null,
      "pipelens.server.env": null,
    });
    const located = await locate(new Machine(env), {
      settings,
      trusted: opening.trusted,
      folders: [workspace],
      pipelineFolders: [workspace],
      pythonExtension: undefined,
      storage,
      bundled,
      bundledVersion: "0.1.0",
    });
    const { choice } = located;
    assert.ok(choice !== undefined);
    const server = new ServerProcess([...choice.command, "lsp"], located.env, located.cwd, () => undefined);
    server.child.stdin.end();
    await server.ended;
    check(traceOf(trace), located.lost.map((one) => one.reason).join("\n"));
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  }
}

test("a hostile workspace leaves no trace before trust", { skip: needed }, () =>
  opened({ trusted: false, programs: ["bin"] }, (trace, reasons) => {
    assert.equal(trace, "");
    assert.match(reasons, /it lies in this workspace, which is not trusted/);
  }));

test("after trust only the programs that were chosen leave one: no module is imported", { skip: needed }, () =>
  opened({ trusted: true, programs: ["bin"] }, (trace) => {
    assert.match(trace, /^(\.venv\/bin\/python |bin\/pipelens )+$/);
  }));

test("a Python from elsewhere imports nothing of a trusted workspace, not even by PYTHONPATH", { skip: needed }, () =>
  opened({ trusted: true, interpreter: PYTHON, programs: [] }, (trace) => {
    assert.equal(trace, "");
  }));
