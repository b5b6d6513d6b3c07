/** Processes below one that we started, read from /proc. The workbench runs on Linux alone. */
import fs from "node:fs";

/** @typedef {{pid: number, parent: number, command: string[], folder: string}} Process */

/** @returns {Process[]} those that are alive and start with `pid` as an ancestor, without `pid` itself */
export function below(pid) {
  const all = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).map(read).filter(Boolean);
  const found = [];
  let parents = new Set([pid]);
  while (parents.size) {
    const children = all.filter((one) => parents.has(one.parent));
    found.push(...children);
    parents = new Set(children.map((one) => one.pid));
  }
  return found;
}

/** The language servers below `pid`: what was started with `lsp`. */
export function languageServers(pid) {
  return below(pid).filter((one) => one.command.at(-1) === "lsp" || one.command.includes("lsp"));
}

function read(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z") return undefined;
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    return { pid, parent: Number(parent), command, folder: fs.readlinkSync(`/proc/${pid}/cwd`) };
  } catch {
    return undefined; // it ended while it was read
  }
}
