/** Builds of more than one task show in the window how far they are, and can be cancelled there. */
import * as vscode from "vscode";
import type { Disposable } from "../client/connection.ts";
import type { Running } from "./running.ts";
import type { RunModel } from "./runs.ts";

interface Shown {
  readonly report: vscode.Progress<{ message?: string; increment?: number }>;
  readonly end: () => void;
  done: number;
}

export function registerProgress(running: Running, name: (pipeline: string) => string): Disposable {
  const shown = new Map<string, Shown>();

  return running.onNews(({ run, events }) => {
    const known = shown.get(run.id);
    if (run.ending !== null) {
      known?.end();
      shown.delete(run.id);
      return;
    }
    if (!running.isOwn(run)) {
      return;
    }
    if (known === undefined) {
      if (run.steps !== null && run.steps > 1 && events.some((event) => event.kind === "plan")) {
        begin(run);
      }
      return;
    }
    const done = run.done.length + run.failed.length;
    const increment = (100 * (done - known.done)) / Math.max(1, run.total);
    known.done = done;
    known.report.report({ message: message(run), increment });
  });

  function begin(run: RunModel): void {
    const title = vscode.l10n.t("Building {0}", name(run.pipeline));
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, (report, token) => {
      token.onCancellationRequested(() => {
        void running.stop(run.pipeline);
      });
      return new Promise<void>((end) => {
        shown.set(run.id, { report, end, done: 0 });
        report.report({ message: message(run) });
      });
    });
  }
}

function message(run: RunModel): string {
  return run.task === null ? "" : `${run.task} (${run.number}/${run.total})`;
}
