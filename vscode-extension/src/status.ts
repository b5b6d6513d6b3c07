/** The status item behind `{}` of pipelines, their sources and notebooks. */
import * as vscode from "vscode";
import { SHOWN_IN } from "./client/documents.ts";
import type { Parts } from "./parts.ts";
import type { Status } from "./protocol.gen.ts";
import { statusText } from "./statusText.ts";

const SEVERITIES = {
  info: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
};

export function register({ context, client }: Parts): void {
  const item = vscode.languages.createLanguageStatusItem("pipelens.status", SHOWN_IN);
  item.name = "Pipelens";
  item.command = { title: "Doctor", command: "pipelens.doctor" };
  let told: Status | undefined;
  const show = () => {
    const { text, severity, busy } = statusText(client.state, told, client.located?.notices[0]?.message);
    item.text = text;
    item.severity = SEVERITIES[severity];
    item.busy = busy;
  };
  context.subscriptions.push(
    item,
    client.onState((state) => {
      told = state.kind === "running" ? told : undefined;
      show();
    }),
    client.onNotification("pipelens/status", (status) => {
      told = status;
      show();
    }),
  );
  show();
}
