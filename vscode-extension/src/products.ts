/** Opening what a task made. */
import * as vscode from "vscode";
import type { Connection } from "./client/connection.ts";
import type { ProductFile } from "./protocol.gen.ts";
import { type Way, wayTo } from "./productWays.ts";
import type { Asking } from "./run/asking.ts";
import { meant } from "./run/arguments.ts";

const SCHEME = "pipelens-preview";

/** Documents of what the server says of a product: `pipelens-preview:/PATH.md`. */
export function registerPreviews(connection: Connection): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent(uri) {
      const product = vscode.Uri.file(uri.path.replace(/\.md$/, ""));
      const told = await connection.request("pipelens/productPreview", { uri: product.toString() });
      return told?.markdown ?? vscode.l10n.t("There is nothing to show of this product.");
    },
  });
}

/** argument: a task (one of its products is asked for unless `key` says which), or a product's `Uri`. */
export async function openProduct(connection: Connection, asking: Asking, argument: unknown): Promise<void> {
  const found = meant(argument);
  if (found !== null && "spot" in found) {
    await open(vscode.Uri.parse(found.spot.uri));
    return;
  }
  const task = await asking.task(argument);
  if (task === undefined) {
    return;
  }
  const products = await connection.request("pipelens/products", { pipeline: task.pipeline, task: task.task });
  if (products.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("{0} has no products that are files.", task.task));
    return;
  }
  const product = products.find((one) => one.key === keyOf(argument)) ?? (await pick(products));
  if (product !== undefined) {
    await open(vscode.Uri.parse(product.uri));
  }
}

function keyOf(argument: unknown): unknown {
  return typeof argument === "object" && argument !== null && "key" in argument ? argument.key : undefined;
}

async function pick(products: readonly ProductFile[]): Promise<ProductFile | undefined> {
  if (products.length === 1) {
    return products[0];
  }
  const items = products.map((one) => ({
    label: one.key,
    description: vscode.workspace.asRelativePath(vscode.Uri.parse(one.uri)),
    ...(one.exists ? {} : { detail: vscode.l10n.t("not there yet") }),
    one,
  }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which product?") }))?.one;
}

async function open(uri: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.stat(uri);
  } catch {
    const name = vscode.workspace.asRelativePath(uri);
    void vscode.window.showInformationMessage(vscode.l10n.t("{0} is not there yet.", name));
    return;
  }
  const way: Way = wayTo(uri.path, vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web);
  switch (way) {
    case "editor":
      await vscode.commands.executeCommand("vscode.open", uri);
      return;
    case "notebook":
      await vscode.commands.executeCommand("vscode.openWith", uri, "jupyter-notebook");
      return;
    case "browser":
      await vscode.env.openExternal(uri);
      return;
    case "preview":
      await preview(uri);
  }
}

async function preview(uri: vscode.Uri): Promise<void> {
  const document = vscode.Uri.from({ scheme: SCHEME, path: `${uri.path}.md` });
  const shown = await vscode.workspace.openTextDocument(document);
  await vscode.window.showTextDocument(shown, { preview: true });
}
