import assert from "node:assert/strict";
import test from "node:test";
import { locate, MINIMUM_SERVER } from "../src/client/locate.ts";
import { python, TableMachine, windowWith, type Table, type Wishes } from "./tableMachine.ts";

const BUNDLE = "/extension/bundled/start.py";

async function search(table: Table, wishes: Wishes = {}) {
  const machine = new TableMachine(table);
  return { machine, ...(await locate(machine, windowWith(wishes))) };
}

function reasons(found: { lost: readonly { name: string; reason: string }[] }): string[] {
  return found.lost.map(({ name, reason }) => `${name}: ${reason}`);
}

test("the program of the setting comes first, and lsp is not said twice", async () => {
  const table = { env: { PATH: "/bin" }, programs: { "/opt/pipelens": "pipelens 0.2.0\n", "/bin/pipelens": "pipelens 0.3.0\n" } };
  const found = await search(table, { command: ["/opt/pipelens", "lsp"] });
  assert.deepEqual(found.choice?.command, ["/opt/pipelens"]);
  assert.equal(found.choice.from, "pipelens.server.command");
  assert.deepEqual(found.machine.started.map((one) => one.command), [["/opt/pipelens", "--version"]]);
});

test("a program of the setting that is not there is a bad setting, and the next rung is tried", async () => {
  const found = await search({ env: { PATH: "/bin" }, programs: { "/bin/pipelens": "pipelens 0.1.0\n" } }, { command: ["/opt/none"] });
  assert.equal(found.choice?.rung, "path");
  assert.deepEqual(found.notices.map((one) => one.kind), ["BadSetting"]);
  assert.match(found.notices[0]?.message ?? "", /pipelens\.server\.command.*no program \/opt\/none/);
});

test("a setting of the wrong type is told and counts as not set", async () => {
  const found = await search({ programs: {} }, { command: [1], interpreter: true, serverEnv: { A: [] } });
  assert.deepEqual(found.notices.map((one) => one.kind), ["BadSetting", "BadSetting", "BadSetting"]);
});

test("the chosen interpreter is asked without PYTHON variables, and with -P where Python has it", async () => {
  const table = { programs: { "/py/new": python("3.12.1", "0.1.0"), "/py/old": python("3.10.2", "0.1.0") } };
  const newer = await search(table, { interpreter: "/py/new" });
  assert.deepEqual(newer.choice?.command, ["/py/new", "-E", "-P", "-m", "pipelens"]);
  assert.equal(newer.machine.started[0]?.command[1], "-E");
  const older = await search(table, { interpreter: "/py/old" });
  assert.deepEqual(older.choice?.command, ["/py/old", "-E", "-m", "pipelens"]);
});

test("everything is started in a folder of ours and with PYTHONSAFEPATH", async () => {
  const table = {
    env: { PATH: "/bin", VSCODE_PID: "1", ELECTRON_RUN_AS_NODE: "1", HOME: "/home/me" },
    programs: { "/bin/pipelens": "no", "/bin/python3": python("3.11.0"), "/house/.venv/bin/python": python("3.11.0") },
    files: [BUNDLE, "/house/.venv/pyvenv.cfg"],
  };
  const { machine, cwd, env } = await search(table);
  assert.ok(machine.started.length >= 2);
  for (const started of machine.started) {
    assert.equal(started.cwd, "/storage");
    assert.equal(started.env["PYTHONSAFEPATH"], "1");
  }
  assert.equal(cwd, "/storage");
  assert.deepEqual(env, { PATH: "/bin", HOME: "/home/me", PYTHONSAFEPATH: "1" });
});

test("the setting of the interpreter counts before the Python extension, and that before a .venv", async () => {
  const table = {
    files: ["/house/.venv/pyvenv.cfg"],
    programs: { "/a": python("3.11.0", "0.1.0"), "/b": python("3.11.0", "0.1.0"), "/house/.venv/bin/python": python("3.11.0", "0.1.0") },
  };
  assert.equal((await search(table, { interpreter: "/a", pythonExtension: "/b" })).interpreter?.path, "/a");
  assert.equal((await search(table, { pythonExtension: "/b" })).interpreter?.path, "/b");
  assert.equal((await search(table)).choice?.from, "/house/.venv");
});

test("a .venv beside the pipeline counts before that of the workspace folder", async () => {
  const table = {
    files: ["/house/.venv/pyvenv.cfg", "/house/deep/.venv/pyvenv.cfg"],
    programs: { "/house/.venv/bin/python": python("3.11.0", "0.1.0"), "/house/deep/.venv/bin/python": python("3.11.0", "0.1.0") },
  };
  assert.equal((await search(table, { pipelineFolders: ["/house/deep", "/house"] })).choice?.from, "/house/deep/.venv");
});

test("an interpreter without pipelens stays the one for tasks, and may run the bundled copy", async () => {
  const table = { files: [BUNDLE, "/house/.venv/pyvenv.cfg"], programs: { "/house/.venv/bin/python": python("3.11.0") } };
  const found = await search(table);
  assert.deepEqual(found.choice?.command, ["/house/.venv/bin/python", "-I", BUNDLE]);
  assert.equal(found.choice.rung, "bundled");
  assert.equal(found.interpreter?.path, "/house/.venv/bin/python");
  assert.ok(reasons(found).includes("interpreter: it has no pipelens installed"));
  assert.equal(found.machine.started.length, 1, "asked once");
});

test("an interpreter too old for the server leaves the bundled copy to another Python", async () => {
  const table = { env: { PATH: "/bin" }, files: [BUNDLE], programs: { "/py38": python("3.8.1"), "/bin/python3": python("3.13.0") } };
  const found = await search(table, { interpreter: "/py38" });
  assert.deepEqual(found.choice?.command, ["/bin/python3", "-I", BUNDLE]);
  assert.equal(found.interpreter?.path, "/py38");
  assert.ok(reasons(found).includes("bundled: it cannot run the bundled copy: it is Python 3.8.1"));
});

test("pipelens without what it needs is passed by", async () => {
  const found = await search({ programs: { "/py": python("3.11.0", "0.1.0", "pygls") } }, { interpreter: "/py" });
  assert.ok(reasons(found).includes("interpreter: pipelens 0.1.0 is in it, but not what it needs: pygls"));
});

test("a server that is too old is told, with a way to upgrade it, and passed by", async () => {
  const table = { files: [BUNDLE], programs: { "/py": python("3.11.0", "0.0.9") } };
  const install = (path: string) => ({ title: "Upgrade", command: "x", args: [path] });
  const found = await search(table, { interpreter: "/py", install });
  assert.equal(found.choice?.rung, "bundled");
  const [notice] = found.notices;
  assert.equal(notice?.kind, "TooOld");
  assert.deepEqual(notice.remedies[0]?.args, ["/py"]);
  assert.ok(reasons(found).includes(`interpreter: it is pipelens 0.0.9; this extension needs ${MINIMUM_SERVER}`));
});

test("a program on PATH that gives no answer is passed by, and the next of its name tried", async () => {
  const table = {
    env: { PATH: "/a:/b" },
    programs: { "/a/pipelens": { kind: "failed", reason: "it gave no answer in 15 seconds" } as const, "/b/pipelens": "pipelens 0.1.0\n" },
  };
  const found = await search(table);
  assert.deepEqual(found.choice?.command, ["/b/pipelens"]);
  assert.ok(reasons(found).includes("path: it gave no answer in 15 seconds"));
});

test("relative entries of PATH count for nothing", async () => {
  const found = await search({ env: { PATH: ".:bin::" }, programs: { "./pipelens": "pipelens 9\n", "bin/pipelens": "pipelens 9\n", pipelens: "pipelens 9\n" } });
  assert.equal(found.choice, undefined);
  assert.deepEqual(found.machine.started, []);
});

test("without any Python the problem is NoPython", async () => {
  const found = await search({ files: [BUNDLE] });
  assert.equal(found.problem?.kind, "NoPython");
  assert.equal(found.problem.remedies[0]?.title, "Select Interpreter");
});

test("with a Python but without a server and a bundled copy the problem is NoPipelens", async () => {
  const table = { env: { PATH: "/bin" }, programs: { "/bin/python3": python("3.11.0") } };
  const found = await search(table, { install: (path) => ({ title: `Install into ${path}`, command: "x" }) });
  assert.equal(found.problem?.kind, "NoPipelens");
  assert.equal(found.problem.remedies[0]?.title, "Install into /bin/python3");
});

test("settings may name a home, a workspace folder, a variable and an environment's folder", async () => {
  const table = {
    env: { TOOLS: "/tools" },
    folders: ["/home/me/env"],
    programs: { "/home/me/env/bin/python": python("3.11.0"), "/house/py": python("3.11.0"), "/tools/py": python("3.11.0") },
  };
  assert.equal((await search(table, { interpreter: "~/env" })).interpreter?.path, "/home/me/env/bin/python");
  assert.equal((await search(table, { interpreter: "${workspaceFolder}/py" })).interpreter?.path, "/house/py");
  assert.equal((await search(table, { interpreter: "./py" })).interpreter?.path, "/house/py");
  assert.equal((await search(table, { interpreter: "${env:TOOLS}/py" })).interpreter?.path, "/tools/py");
});

test("on Windows programs end in .exe and environments have Scripts", async () => {
  const table = {
    platform: "win32" as const,
    env: { Path: "C:\\bin;relative" },
    files: ["D:\\work\\.venv\\pyvenv.cfg"],
    programs: { "D:\\work\\.venv\\Scripts\\python.exe": python("3.11.0"), "C:\\bin\\pipelens.exe": "pipelens 0.1.0\r\n" },
  };
  const found = await search(table, { folders: ["D:\\work"] });
  assert.equal(found.interpreter?.path, "D:\\work\\.venv\\Scripts\\python.exe");
  assert.deepEqual(found.choice?.command, ["C:\\bin\\pipelens.exe"]);
});

test("Microsoft's stand-in for Python is not started", async () => {
  const store = "C:\\Users\\me\\AppData\\Local\\Microsoft\\WindowsApps";
  const table = { platform: "win32" as const, env: { PATH: store }, files: [BUNDLE], programs: { [`${store}\\python.exe`]: python("3.11.0") } };
  const { machine, problem } = await search(table);
  assert.deepEqual(machine.started, []);
  assert.equal(problem?.kind, "NoPython");
});
