/** `Pipelens: Select Interpreter`: for tasks, and for the server where Pipelens is installed in it. */
import * as path from "node:path";
import * as vscode from "vscode";
import type { Machine } from "../client/machine.ts";
import { installedPythons } from "../client/pythons.ts";
import { environmentsIn } from "../client/paths.ts";
import { foldersOf } from "../client/window.ts";
import type { Parts } from "../parts.ts";

type Item = vscode.QuickPickItem & { readonly act: () => Thenable<unknown> };

export function register(parts: Parts, machine: Machine): void {
  parts.commands.register("pipelens.selectInterpreter", async () => {
    if (!(await parts.trust.require())) {
      return;
    }
    const picked = await vscode.window.showQuickPick(itemsFor(parts, machine), {
      title: vscode.l10n.t("The Python that runs the tasks"),
      placeHolder: parts.client.located?.interpreter?.path ?? vscode.l10n.t("none is chosen"),
      matchOnDescription: true,
    });
    await picked?.act();
  });
}

function itemsFor(parts: Parts, machine: Machine): Item[] {
  const current = parts.client.located?.interpreter?.path;
  const beside = foldersOf().flatMap((folder) => environmentsIn(machine, folder));
  const found = [...new Set([...(current === undefined ? [] : [current]), ...beside, ...installedPythons(machine)])];
  const folders = foldersOf();
  const items: Item[] = found.map((python) => {
    const folder = folders.find((one) => python.startsWith(one + path.sep));
    return {
      label: folder === undefined ? path.basename(python) : path.relative(folder, python),
      description: python,
      ...(python === current ? { detail: vscode.l10n.t("now") } : {}),
      act: () => choose(python),
    };
  });
  if (parts.python.isPresent) {
    items.push({
      label: vscode.l10n.t("Choose in the Python extension…"),
      act: async () => {
        await choose(undefined);
        await vscode.commands.executeCommand("python.setInterpreter");
      },
    });
  }
  items.push({ label: vscode.l10n.t("Browse…"), act: browse });
  return items;
}

async function browse(): Promise<void> {
  const [file] =
    (await vscode.window.showOpenDialog({ canSelectMany: false, title: vscode.l10n.t("A Python interpreter") })) ?? [];
  if (file !== undefined) {
    await choose(file.fsPath);
  }
}

/** In the workspace's settings; in the user's where no folder is open. undefined: no longer ours to say. */
async function choose(python: string | undefined): Promise<void> {
  const settings = vscode.workspace.getConfiguration("pipelens");
  const target =
    foldersOf().length > 0 ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await settings.update("interpreter", python, target);
}
