/** Makes the parts, registers everything, then starts the server and waits for nothing. */
import { Activation } from "./loading.ts";
import * as vscode from "vscode";
import { Client } from "./client/client.ts";
import { RememberingMachine } from "./client/rememberingMachine.ts";
import { Presenter } from "./client/presenter.ts";
import { screen } from "./client/screen.ts";
import { watch } from "./client/watch.ts";
import { Commands } from "./commands.ts";
import * as debug from "./debug/register.ts";
import * as doctor from "./doctor.ts";
import * as install from "./install/register.ts";
import { installRemedy } from "./install/remedy.ts";
import { whenRunnable } from "./install/runnable.ts";
import type { Parts } from "./parts.ts";
import { PYTHON_EXTENSION, PythonExtension } from "./python/interpreter.ts";
import * as select from "./python/select.ts";
import { registerRuns } from "./run/register.ts";
import * as serverCommands from "./serverCommands.ts";
import * as status from "./status.ts";
import { WorkspaceTrust } from "./trust.ts";

const activation = new Activation();
let client: Client | undefined;

export function activate(context: vscode.ExtensionContext): void {
  activation.begin();
  const log = vscode.window.createOutputChannel("Pipelens", { log: true });
  const machine = new RememberingMachine(context.globalState);
  const python = new PythonExtension(() => vscode.extensions.getExtension(PYTHON_EXTENSION));
  const commands = new Commands(
    (id, handler) => vscode.commands.registerCommand(id, handler),
    (id, error) => {
      const why = error instanceof Error ? error.message : String(error);
      log.error(`${id}: ${error instanceof Error ? (error.stack ?? why) : why}`);
      void vscode.window.showErrorMessage(why);
    },
  );
  client = new Client({ context, log, machine, commands, python, presenter: new Presenter(screen), install: installRemedy });
  const trust = new WorkspaceTrust();
  const installer = install.register({ context, log, client, commands, trust }, machine);
  const runnable = whenRunnable(trust, () => installer.ensureRunnable());
  const parts: Parts = { context, log, client, commands, trust, runnable, python };
  context.subscriptions.push(log, commands, python, watch(client, python));

  serverCommands.register(parts);
  select.register(parts, machine);
  doctor.register(parts);
  status.register(parts);
  debug.register(parts, registerRuns(context, client, runnable, commands), machine);

  void client.start();
  log.info(`activated in ${activation.took} ms`);
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}
