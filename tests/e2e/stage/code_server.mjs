/** VS Code as a server for a browser, on a fresh profile, with our extension installed. */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

import { CODE_SERVER } from "./installed.mjs";
import { below } from "./processes.mjs";
import { QUIET } from "./quiet.mjs";
import { pause, until } from "./waiting.mjs";

export class CodeServer {
  #child;
  #exited = false;
  #output = "";

  /**
   * @param {string} root  a folder of its own: profile, logs, extensions
   * @param {{extensions: string, settings?: object, env?: NodeJS.ProcessEnv}} given
   *   extensions: folder that `install` filled. settings: of the user. env: the whole environment.
   */
  static async start(root, { extensions, settings = {}, env = process.env }) {
    const server = new CodeServer(root, extensions);
    server.#write(settings);
    await server.#listen(env);
    return server;
  }

  constructor(root, extensions) {
    this.root = root;
    this.profile = path.join(root, "profile");
    this.extensions = extensions;
  }

  get pid() {
    return this.#child.pid;
  }

  /** Settings of a remote window are read from two files: those that belong to the machine (what names an
   * interpreter) only from `Machine`. */
  #write(settings) {
    for (const [folder, told] of [
      ["User", { ...QUIET, ...settings }],
      ["Machine", settings],
    ]) {
      fs.mkdirSync(path.join(this.profile, folder), { recursive: true });
      fs.writeFileSync(path.join(this.profile, folder, "settings.json"), JSON.stringify(told, null, 2));
    }
    fs.writeFileSync(path.join(this.root, "config.yaml"), "auth: none\n");
  }

  async #listen(env) {
    const port = await freePort();
    const given = [
      ...["--config", path.join(this.root, "config.yaml"), "--auth", "none", "--bind-addr", `127.0.0.1:${port}`],
      ...["--user-data-dir", this.profile, "--extensions-dir", this.extensions],
      ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
      "--ignore-last-opened",
      ...(process.env.PIPELENS_E2E_LOG ? ["--log", process.env.PIPELENS_E2E_LOG] : []),
    ];
    // A process group of its own: extension hosts, language servers and runs end with it, and nothing else.
    // VSCODE_CLI: the environment is taken as it is, no login shell is asked for another one.
    this.#child = spawn(CODE_SERVER, given, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...env, VSCODE_CLI: "1" },
    });
    this.#child.once("exit", () => (this.#exited = true));
    this.#child.stdout.on("data", (text) => (this.#output += text));
    this.#child.stderr.on("data", (text) => (this.#output += text));
    process.once("exit", () => this.#signal("SIGKILL"));
    this.url = `http://127.0.0.1:${port}`;
    await until(async () => this.#exited || (await fetch(`${this.url}/healthz`)).ok, "code-server to listen");
    if (this.#exited) throw new Error(`code-server ended:\n${this.#output}`);
  }

  async stop() {
    this.#signal("SIGTERM");
    for (let tries = 0; tries < 40 && !this.#exited; tries += 1) await pause(50);
    this.#signal("SIGKILL");
  }

  /** To all below it, too: runs are in groups of their own. */
  #signal(name) {
    for (const pid of [...below(this.pid).map((one) => one.pid), -this.pid]) {
      try {
        process.kill(pid, name);
      } catch {
        // it is gone
      }
    }
  }

  /** All logs of the workbench whose path contains `part`, oldest first, as `[path, text]`. */
  logs(part = "") {
    const folder = path.join(this.profile, "logs");
    const names = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }).map(String) : [];
    return names
      .filter((name) => name.endsWith(".log") && name.includes(part))
      .sort()
      .map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]);
  }

  /** What our extension wrote into its log channels, all windows together. */
  log() {
    return this.logs("pipelens.pipelens").map(([, text]) => text).join("\n");
  }
}

/** Puts a .vsix into the folder `extensions`, which several servers can use. */
export function install(vsix, extensions, root) {
  fs.mkdirSync(extensions, { recursive: true });
  fs.writeFileSync(path.join(root, "install.yaml"), "auth: none\n");
  const given = ["--config", path.join(root, "install.yaml"), "--user-data-dir", path.join(root, "install")];
  const done = spawnSync(CODE_SERVER, [...given, "--extensions-dir", extensions, "--install-extension", vsix], {
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(`${vsix} was not installed:\n${done.stdout}${done.stderr}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const listening = net.createServer().once("error", reject);
    listening.listen(0, "127.0.0.1", () => {
      const { port } = listening.address();
      listening.close(() => resolve(port));
    });
  });
}
