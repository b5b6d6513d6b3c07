/** Before trust nothing of the workspace is started, asked, or put on Python's path. */
import assert from "node:assert/strict";
import test from "node:test";
import { locate } from "../src/client/locate.ts";
import { python, TableMachine, windowWith, type Table, type Wishes } from "./tableMachine.ts";

const BUNDLE = "/extension/bundled/start.py";
const NOT_TRUSTED = "it lies in this workspace, which is not trusted";

async function search(table: Table, wishes: Wishes = {}) {
  const machine = new TableMachine(table);
  return { machine, ...(await locate(machine, windowWith({ trusted: false, ...wishes }))) };
}

function started(machine: TableMachine): string[] {
  return machine.started.map((one) => one.command[0] ?? "");
}

const EVIL = python("3.11.0", "9.9.9");

for (const [what, table, wishes] of [
  ["a .venv of the workspace", { files: ["/house/.venv/pyvenv.cfg"], programs: { "/house/.venv/bin/python": EVIL } }, {}],
  ["the Python extension's choice inside the workspace", { programs: { "/house/py": EVIL } }, { pythonExtension: "/house/py" }],
  ["an interpreter setting that leads inside", { programs: { "/house/py": EVIL } }, { interpreter: "/house/py" }],
  ["a server setting that leads inside", { programs: { "/house/pipelens": "pipelens 9\n" } }, { command: ["/house/pipelens"] }],
  ["an entry of PATH inside", { env: { PATH: "/house/bin" }, programs: { "/house/bin/pipelens": "pipelens 9\n" } }, {}],
  [
    "a link outside that leads inside",
    { env: { PATH: "/bin" }, links: { "/bin/pipelens": "/house/x" }, programs: { "/bin/pipelens": "pipelens 9\n", "/house/x": "pipelens 9\n" } },
    {},
  ],
  [
    "a folder outside that leads inside",
    { env: { PATH: "/tools" }, links: { "/tools": "/house/tools" }, programs: { "/tools/pipelens": "pipelens 9\n" } },
    {},
  ],
  [
    "a link in two steps, of which the first lies inside",
    { links: { "/py": "/house/py", "/house/py": "/usr/python" }, programs: { "/py": EVIL } },
    { interpreter: "/py" },
  ],
  [
    "a workspace that is opened by a link",
    { links: { "/house": "/real" }, programs: { "/real/py": EVIL } },
    { interpreter: "/real/py" },
  ],
] as [string, Table, Wishes][]) {
  test(`${what} is not started, and the reason is told`, async () => {
    const { machine, lost, choice } = await search(table, wishes);
    assert.deepEqual(started(machine), []);
    assert.equal(choice, undefined);
    assert.ok(lost.some((one) => one.reason === NOT_TRUSTED), JSON.stringify(lost));
  });
}

for (const [what, wishes] of [
  ["interpreter", { interpreter: "./py" }],
  ["interpreter with ${workspaceFolder}", { interpreter: "${workspaceFolder}/py" }],
  ["server", { command: ["bin/pipelens"] }],
] as [string, Wishes][]) {
  test(`a relative ${what} setting is not followed`, async () => {
    const table = { programs: { "/house/py": EVIL, "/house/bin/pipelens": "pipelens 9\n" } };
    const { machine, lost } = await search(table, wishes);
    assert.deepEqual(started(machine), []);
    assert.ok(lost.some((one) => /relative|not trusted/.test(one.reason)));
  });
}

test("a word of the server setting that leads inside is not passed on", async () => {
  const table = { programs: { "/opt/py": "pipelens 9\n" } };
  const { machine } = await search(table, { command: ["/opt/py", "${workspaceFolder}/server.py"] });
  assert.deepEqual(started(machine), []);
});

test("what lies outside is started as ever, and a refused one before it does not hide it", async () => {
  const table = {
    env: { PATH: "/house/bin:/bin" },
    files: [BUNDLE],
    programs: { "/house/bin/python3": EVIL, "/bin/python3": python("3.11.0"), "/house/bin/pipelens": "pipelens 9\n" },
  };
  const { machine, choice } = await search(table);
  assert.deepEqual(choice?.command, ["/bin/python3", "-I", BUNDLE]);
  assert.deepEqual(started(machine), ["/bin/python3"]);
});

test("PYTHONPATH and its like keep only what lies outside", async () => {
  const env = { PYTHONPATH: "/house:lib::/opt/lib", PYTHONHOME: "/house/py", PYTHONSTARTUP: "x.py", PATH: "/bin" };
  const found = await search({ env }, { serverEnv: { PYTHONUSERBASE: "/house/base" } });
  assert.deepEqual(found.env, { PYTHONPATH: "/opt/lib", PATH: "/bin", PYTHONSAFEPATH: "1" });
});

test("a folder whose name only begins like the workspace's lies outside", async () => {
  const found = await search({ programs: { "/house-tools/py": python("3.11.0", "0.1.0") } }, { interpreter: "/house-tools/py" });
  assert.equal(found.choice?.rung, "interpreter");
});

test("on a file system that folds case, case hides nothing", async () => {
  const table = { platform: "darwin" as const, programs: { "/HOUSE/py": EVIL } };
  const { machine } = await search(table, { interpreter: "/HOUSE/py" });
  assert.deepEqual(started(machine), []);
});

test("once trusted, the same .venv is started", async () => {
  const table = { files: ["/house/.venv/pyvenv.cfg"], programs: { "/house/.venv/bin/python": python("3.11.0", "0.1.0") } };
  assert.equal((await search(table, { trusted: true })).choice?.rung, "interpreter");
});
