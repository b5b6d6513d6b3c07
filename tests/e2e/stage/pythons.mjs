/** Pythons for environments of servers. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { PYTHON } from "./installed.mjs";

/** A folder for PATH with nothing in it but `python3`: one without pipelens, that others were made from. */
export function bareFolder(scratch) {
  const asked = "import sys; print(sys._base_executable)";
  const bare = execFileSync(PYTHON, ["-c", asked], { encoding: "utf8" }).trim();
  try {
    execFileSync(bare, ["-I", "-c", "import pipelens"], { stdio: "ignore" });
  } catch {
    const folder = fs.mkdtempSync(path.join(scratch, "bare-"));
    fs.symlinkSync(bare, path.join(folder, "python3"));
    return folder;
  }
  throw new Error(`${bare} has pipelens: this story needs a Python without it`);
}

/**
 * Settings with which no program of this machine starts: the loader finds an empty C library. To the
 * extension it is a machine without any Python.
 */
export function withoutPrograms(scratch) {
  const folder = fs.mkdtempSync(path.join(scratch, "broken-"));
  fs.writeFileSync(path.join(folder, "libc.so.6"), "");
  return { "pipelens.server.env": { LD_LIBRARY_PATH: folder } };
}
