/** Where `.ci/workbench` put code-server and playwright-core, and what else the stories start. */
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const HOME = process.env.PIPELENS_E2E_DIR || path.join(os.homedir(), ".cache", "pipelens-e2e");

export const CODE_SERVER = path.join(HOME, "bin", "code-server");
export const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";

/** A Python with pipelens and what the example needs, as a user's own environment would be. */
export const PYTHON = process.env.PIPELENS_E2E_PYTHON || path.join(ROOT, "build", "venv", "bin", "python");

for (const needed of [CODE_SERVER, CHROMIUM, PYTHON]) {
  if (!fs.existsSync(needed)) {
    console.error(`${needed} is missing. Run the stories with \`make e2e\`, which installs what they need.`);
    process.exit(2);
  }
}

export const { chromium } = createRequire(path.join(HOME, "tools", "package.json"))("playwright-core");

/** The extension: the newest of dist/pipelens-*.vsix, or what PIPELENS_E2E_VSIX names. */
export function vsix() {
  if (process.env.PIPELENS_E2E_VSIX) return process.env.PIPELENS_E2E_VSIX;
  const dist = path.join(ROOT, "dist");
  const age = (name) => fs.statSync(path.join(dist, name)).mtimeMs;
  const made = fs.existsSync(dist) ? fs.readdirSync(dist).filter((name) => /^pipelens-.*\.vsix$/.test(name)) : [];
  const newest = made.sort((a, b) => age(a) - age(b)).at(-1);
  if (newest === undefined) {
    console.error("No dist/pipelens-*.vsix: `make vsix` makes it.");
    process.exit(2);
  }
  return path.join(dist, newest);
}
