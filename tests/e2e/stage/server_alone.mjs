/** A language server without a workbench: from its start to the first diagnostics of a file. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { pathToFileURL } from "node:url";

import { SLOW } from "./waiting.mjs";

/**
 * Milliseconds from the start of a process to its first diagnostics.
 * @param {string[]} command
 * @param {{folder: string, file: string, cwd: string}} where
 */
export async function firstDiagnostics(command, { folder, file, cwd }) {
  const begin = performance.now();
  const server = spawn(command[0], command.slice(1), { cwd, stdio: ["pipe", "pipe", "ignore"] });
  const say = (message) => {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  try {
    return await new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error("no diagnostics")), 30_000 * SLOW);
      server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
      server.stdout.on("data", reader((message) => {
        if (message.id === 1 && message.result) {
          say({ method: "initialized", params: {} });
          const textDocument = { uri: String(pathToFileURL(file)), languageId: "yaml", version: 1, text: fs.readFileSync(file, "utf8") };
          say({ method: "textDocument/didOpen", params: { textDocument } });
        } else if (message.method === "textDocument/publishDiagnostics") {
          clearTimeout(limit);
          resolve(performance.now() - begin);
        } else if (message.method && message.id !== undefined) {
          say({ id: message.id, result: message.method === "workspace/configuration" ? message.params.items.map(() => null) : null });
        }
      }));
      const uri = String(pathToFileURL(folder));
      const capabilities = { workspace: { workspaceFolders: true }, textDocument: { publishDiagnostics: {} } };
      const workspaceFolders = [{ uri, name: "folder" }];
      say({ id: 1, method: "initialize", params: { processId: process.pid, rootUri: uri, workspaceFolders, capabilities } });
    });
  } finally {
    server.removeAllListeners("exit");
    server.kill();
  }
}

/** Calls `told` with each message of a stream. */
function reader(told) {
  let kept = Buffer.alloc(0);
  return (data) => {
    kept = Buffer.concat([kept, data]);
    for (;;) {
      const head = kept.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(kept.subarray(0, head).toString())[1]);
      if (kept.length < head + 4 + length) return;
      told(JSON.parse(kept.subarray(head + 4, head + 4 + length).toString()));
      kept = kept.subarray(head + 4 + length);
    }
  };
}
