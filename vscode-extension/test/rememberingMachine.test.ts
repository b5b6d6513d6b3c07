import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { NodeMachine } from "../src/client/nodeMachine.ts";
import { onPath } from "../src/client/paths.ts";
import { ask } from "../src/client/pythons.ts";
import { RememberingMachine } from "../src/client/rememberingMachine.ts";

const PYTHON = onPath(new NodeMachine(), "python3")[0] ?? "python3";

/** A real virtual environment that has something called pipelens in it. */
function environment(): { folder: string; python: string; module: string } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pipelens-test-"));
  execFileSync(PYTHON, ["-m", "venv", "--without-pip", path.join(folder, "env")]);
  const python = path.join(folder, "env", "bin", "python");
  const library = path.join(folder, "env", "lib");
  const packages = path.join(library, fs.readdirSync(library)[0] ?? "", "site-packages");
  for (const name of ["yaml", "pygls", "lsprotocol"]) {
    fs.writeFileSync(path.join(packages, `${name}.py`), "");
  }
  const module = path.join(packages, "pipelens.py");
  fs.writeFileSync(module, `__version__ = "0.1.0"\nopen(${JSON.stringify(path.join(folder, "asked"))}, "a").write("x")\n`);
  return { folder, python, module };
}

function memory(): Map<string, unknown> & { update(key: string, value: unknown): Promise<void> } {
  const kept = new Map<string, unknown>();
  return Object.assign(kept, { update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, value)) });
}

test("an environment is asked once, and again when something was installed in it", async () => {
  const { folder, python, module } = environment();
  const kept = memory();
  const asked = (): number => fs.readFileSync(path.join(folder, "asked"), "utf8").length;
  const server = async (): Promise<unknown> => {
    const said = await ask(new RememberingMachine(kept), python, { PATH: "/bin" }, folder);
    return said.kind === "python" ? said.server : said.reason;
  };
  assert.equal(await server(), "0.1.0");
  assert.equal(await server(), "0.1.0");
  assert.equal(asked(), 1);
  fs.rmSync(module);
  assert.equal(await server(), undefined);
  fs.rmSync(folder, { recursive: true });
});

test("an environment variable that counts has it asked again", async () => {
  const { folder, python } = environment();
  const kept = memory();
  for (const PATH of ["/bin", "/usr/bin"]) {
    await ask(new RememberingMachine(kept), python, { PATH }, folder);
  }
  assert.equal(fs.readFileSync(path.join(folder, "asked"), "utf8").length, 2);
  fs.rmSync(folder, { recursive: true });
});

test("a Python in no environment of its own is always asked", async () => {
  const kept = memory();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pipelens-test-"));
  await ask(new RememberingMachine(kept), "/usr/bin/python3", {}, folder);
  assert.equal(kept.size, 0);
  fs.rmSync(folder, { recursive: true });
});
