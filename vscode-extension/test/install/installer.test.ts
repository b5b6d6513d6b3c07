/** The installer with real Pythons, real environments and the real pip; no package index is asked. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Choice, Located } from "../../src/client/locate.ts";
import { installedPythons } from "../../src/client/pythons.ts";
import { Installer, type Parts } from "../../src/install/installer.ts";
import { runProgram } from "../../src/install/program.ts";
import { RealMachine } from "./machines.ts";
import { wheelIn } from "./wheels.ts";

const ENV = {
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  SYSTEMROOT: process.env["SYSTEMROOT"],
  // Whatever this machine's pip is configured for: nothing answers here.
  PIP_CONFIG_FILE: devNull,
  PIP_INDEX_URL: "http://127.0.0.1:9/simple",
  PIP_RETRIES: "1",
};
const MACHINE = new RealMachine(ENV);
const TOP = mkdtempSync(join(tmpdir(), "pipelens install "));
after(() => {
  rmSync(TOP, { recursive: true, force: true });
});

const IS_SYSTEM = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10) or sys.prefix != sys.base_prefix)";
const python = installedPythons(MACHINE).find((one) => spawnSync(one, ["-I", "-c", IS_SYSTEM]).status === 0) ?? "";
const options = { skip: python === "" && "this machine has no Python >= 3.10 of its own that can make environments" };

/** A workspace, and everything around the installer: what was asked and told is kept. */
class Scene {
  readonly workspace: string;
  readonly asked: string[] = [];
  readonly told: string[] = [];
  readonly logged: string[] = [];
  readonly titles: string[] = [];
  starts = 0;
  chosen: string | undefined;
  env: Readonly<Record<string, string>> = {};
  cancelAt: string | undefined;
  rung: Choice["rung"] = "bundled";
  readonly parts: Parts;

  constructor(name: string, answers: readonly string[], interpreter?: string, needs = "") {
    const folder = mkdtempSync(join(TOP, `${name} `));
    this.workspace = join(folder, "wörk space");
    mkdirSync(this.workspace);
    // What a hostile workspace would like to have imported.
    for (const trap of ["pip.py", "venv.py", "json.py", "sitecustomize.py"]) {
      writeFileSync(join(this.workspace, trap), `open(${JSON.stringify(join(folder, "trap"))}, "w").close()\n`);
    }
    const rest = [...answers];
    const environment = () => join(this.workspace, ".venv", "bin", "python");
    const located = (): Located => ({
      choice: {
        rung: this.rung,
        command: this.rung === "bundled" ? ["python3", "start.py"] : [interpreter ?? environment()],
        version: "9.9",
        python: undefined,
        from: "here",
      },
      interpreter: interpreter === undefined ? undefined : { path: interpreter, from: "pipelens.interpreter" },
      problem: undefined,
      notices: [],
      lost: [],
      cwd: folder,
      env: { ...ENV, ...this.env, PYTHONPATH: this.workspace },
    });
    this.parts = {
      machine: MACHINE,
      screen: {
        ask: (message, detail, buttons) => {
          this.asked.push(`${message}\n${detail}\n[${buttons.join(", ")}]`);
          return Promise.resolve(rest.shift());
        },
        tell: (_kind, message) => {
          this.told.push(message);
          return Promise.resolve(rest.shift());
        },
        progress: (title, work) => {
          this.titles.push(title);
          const cancel = new AbortController();
          return work((text) => {
            if (this.cancelAt !== undefined && text.includes(this.cancelAt)) {
              setTimeout(() => { cancel.abort(); }, 200);
            }
          }, cancel.signal);
        },
        log: (line) => this.logged.push(line),
        showLog: () => undefined,
      },
      server: {
        get located() {
          return located();
        },
        isRunning: true,
        settled: () => Promise.resolve(),
        startAgain: () => {
          this.starts += 1;
          const found = existsSync(environment()) || interpreter !== undefined;
          this.rung = found ? "interpreter" : "bundled";
          return Promise.resolve();
        },
      },
      workspace: {
        folders: [this.workspace],
        current: undefined,
        runsBundled: false,
        choose: (_folder, environment) => {
          this.chosen = environment;
          return Promise.resolve();
        },
      },
      running: runProgram,
      storage: join(folder, "storage"),
      wheel: python === "" ? undefined : wheelIn(folder, python, needs),
    };
  }

  get installer(): Installer {
    return new Installer(this.parts);
  }

  get wasTrapped(): boolean {
    return existsSync(join(this.workspace, "..", "trap"));
  }

  get hasNewEnvironment(): boolean {
    return existsSync(join(this.workspace, ".venv"));
  }
}

function versionIn(environment: string): string {
  const inside = join(environment, "bin", "python");
  return execFileSync(inside, ["-I", "-c", "import pipelens; print(pipelens.__version__)"], { encoding: "utf-8" }).trim();
}

function venv(scene: string, ...words: string[]): string {
  const folder = join(mkdtempSync(join(TOP, scene)), "env");
  execFileSync(python, ["-I", "-m", "venv", ...words, folder]);
  return folder;
}

test("the first run makes a new environment beside the pipeline, after the command lines were shown", options, async () => {
  const scene = new Scene("new", ["Install"]);
  assert.equal(await scene.installer.ensureRunnable(), true);
  const environment = join(scene.workspace, ".venv");
  assert.equal(versionIn(environment), "9.9");
  assert.match(scene.asked[0] ?? "", /-I -m venv .*\n.*-I -m pip install --no-compile .*\.whl"?\n\[Install, Run Anyway\]$/);
  assert.match(scene.asked[0] ?? "", /Your tasks run in it from then on/);
  assert.equal(scene.starts, 1);
  assert.equal(readFileSync(join(environment, ".gitignore"), "utf-8").includes("*"), true);
  assert.equal(scene.wasTrapped, false);
  assert.ok(scene.logged.some((line) => line.startsWith("Successfully installed")), scene.logged.join("\n"));
});

test("the chosen environment gets it, wherever the user's pip would put it, and no other one is made", options, async () => {
  const environment = venv("chosen");
  const scene = new Scene("chosen", ["Install"], join(environment, "bin", "python"));
  const elsewhere = join(scene.workspace, "elsewhere");
  scene.env = { PIP_USER: "1", PIP_TARGET: elsewhere };
  assert.equal(await scene.installer.offer({ kind: "run" }), "installed");
  assert.equal(versionIn(environment), "9.9");
  assert.equal(existsSync(elsewhere), false);
  assert.equal(scene.hasNewEnvironment, false);
  assert.equal(scene.wasTrapped, false);
});

test("an environment without pip gets pip first", options, async () => {
  const environment = venv("bare", "--without-pip");
  const scene = new Scene("bare", ["Install"], join(environment, "bin", "python"));
  assert.equal(await scene.installer.offer({ kind: "wanted" }), "installed");
  assert.equal(versionIn(environment), "9.9");
});

test("a system Python stays as it is, whoever chose it", options, async () => {
  const before = packagesOf(python);
  const scene = new Scene("system", ["Install"], python);
  await scene.installer.ensureRunnable();
  assert.equal(scene.hasNewEnvironment, true);
  assert.deepEqual(packagesOf(python), before);
  // That Python is still what the setting names, so the new environment is written there instead.
  assert.equal(scene.chosen, join(scene.workspace, ".venv"));
});

test("an index that does not answer is told with its remedy, no half environment stays, and the run may go on", options, async () => {
  const scene = new Scene("offline", ["Install", "Run Anyway"], undefined, "no-such-package-of-ours");
  assert.equal(await scene.installer.ensureRunnable(), true);
  assert.match(scene.told[0] ?? "", /the package index cannot be reached\. To do: check the network/);
  assert.equal(scene.hasNewEnvironment, false);
  assert.equal(scene.starts, 0);
});

test("cancelling ends the programs and takes away what was begun", options, async () => {
  const scene = new Scene("cancelled", ["Install"]);
  scene.cancelAt = "making";
  assert.equal(await scene.installer.offer({ kind: "run" }), "declined");
  assert.equal(scene.hasNewEnvironment, false);
  assert.deepEqual(scene.told, []);
});

test("whoever runs anyway is asked once; whoever cancels runs nothing and is asked again", async () => {
  const scene = new Scene("once", ["Run Anyway"]);
  assert.equal(await scene.installer.ensureRunnable(), true);
  assert.equal(await scene.installer.ensureRunnable(), true);
  assert.equal(scene.asked.length + scene.told.length, 1);
  const other = new Scene("cancel", []);
  assert.equal(await other.installer.ensureRunnable(), false);
  assert.equal(await other.installer.ensureRunnable(), false);
  assert.equal(other.asked.length + other.told.length, 2);
});

test("two runs at once ask once", async () => {
  const scene = new Scene("twice", ["Run Anyway"]);
  const { installer } = scene;
  assert.deepEqual(await Promise.all([installer.ensureRunnable(), installer.ensureRunnable()]), [true, true]);
  assert.equal(scene.asked.length + scene.told.length, 1);
});

test("nobody is asked where the server is an installed one", async () => {
  const scene = new Scene("installed", []);
  scene.rung = "interpreter";
  assert.equal(await scene.installer.ensureRunnable(), true);
  assert.deepEqual([scene.asked, scene.told], [[], []]);
});

test("a build without a wheel says so, and still runs", async () => {
  const scene = new Scene("no wheel", ["Run Anyway"]);
  const installer = new Installer({ ...scene.parts, wheel: undefined });
  assert.equal(await installer.ensureRunnable(), true);
  assert.match(scene.told[0] ?? "", /carries no Pipelens to install/);
});

function packagesOf(interpreter: string): string[] {
  const question = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const folder = execFileSync(interpreter, ["-I", "-c", question], { encoding: "utf-8" }).trim();
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

