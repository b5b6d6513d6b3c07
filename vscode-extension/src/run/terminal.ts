/** The terminal of a pipeline's runs. Closing it detaches from the run, which goes on. */
import * as vscode from "vscode";
import { Interrupts } from "./interrupts.ts";
import { RunText } from "./runText.ts";
import type { Lane } from "./running.ts";
import { type News, type RunModel, title } from "./runs.ts";

const CTRL_C = "\x03";
/** Characters kept until the terminal is shown for the first time. */
const MOST_KEPT = 1_000_000;
/** The workbench gives a terminal that it has just opened its first name, and may do so behind ours. */
const RENAMED_AFTER_MS = 250;
const MOST_RENAMES = 20;

export class RunTerminal implements Lane, vscode.Pseudoterminal {
  readonly terminal: vscode.Terminal;
  private readonly written = new vscode.EventEmitter<string>();
  private readonly named = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.written.event;
  readonly onDidChangeName = this.named.event;
  private readonly text = new RunText();
  private readonly interrupts = new Interrupts();
  private kept: string | null = "";
  private wantedTitle = "";
  private shownTitle = "";
  private renames = 0;
  private renaming: NodeJS.Timeout | undefined;

  /** interrupted: Ctrl+C was pressed, hard: for the second time. closed: nobody sees this terminal again. */
  constructor(
    private readonly name: string,
    private readonly interrupted: (hard: boolean) => boolean,
    private readonly closed: () => void,
  ) {
    this.terminal = vscode.window.createTerminal({
      name,
      pty: this,
      iconPath: new vscode.ThemeIcon("play-circle"),
      isTransient: true,
    });
  }

  // -- Lane

  show(): void {
    this.terminal.show(true);
  }

  say(text: string): void {
    this.write(this.text.line(text));
  }

  begin(run: RunModel): void {
    this.retitle(run);
  }

  tell({ run, events }: News): void {
    this.write(events.map((event) => this.text.of(event)).join(""));
    this.retitle(run);
    if (events.some(({ kind }) => kind === "run" || kind === "end")) {
      this.follow();
    }
  }

  lost(run: RunModel): void {
    this.say(vscode.l10n.t("The server ended while this ran, and the new one does not know how it went on."));
    this.retitle(run);
  }

  // -- Pseudoterminal

  open(): void {
    const kept = this.kept ?? "";
    this.kept = null;
    this.written.fire(kept);
    this.showTitle();
  }

  close(): void {
    clearTimeout(this.renaming);
    this.closed();
  }

  handleInput(data: string): void {
    if (!data.includes(CTRL_C)) {
      return;
    }
    const isHard = this.interrupts.pressed();
    if (this.interrupted(isHard)) {
      this.say(
        isHard
          ? vscode.l10n.t("^C killed")
          : vscode.l10n.t("^C stopping; press Ctrl+C again within three seconds to kill it"),
      );
    }
  }

  // -- inside

  private write(text: string): void {
    if (text === "") {
      return;
    }
    if (this.kept === null) {
      this.written.fire(text);
    } else {
      this.kept = (this.kept + text).slice(-MOST_KEPT);
    }
  }

  /**
   * A terminal that was hidden behind another view and is shown again stays where it was, and does not
   * follow what is written until it is scrolled to its end.
   */
  private follow(): void {
    if (vscode.window.activeTerminal === this.terminal) {
      void vscode.commands.executeCommand("workbench.action.terminal.scrollToBottom");
    }
  }

  private retitle(run: RunModel): void {
    this.wantedTitle = title(run, this.name);
    this.showTitle();
  }

  /** As with text: nobody hears of a name before the terminal is open. */
  private showTitle(): void {
    if (this.kept === null && this.wantedTitle !== "" && this.wantedTitle !== this.shownTitle) {
      this.shownTitle = this.wantedTitle;
      this.renames = 0;
      this.rename();
    }
  }

  /** Tell the name, and again as long as the terminal is called otherwise. */
  private rename(): void {
    this.named.fire(this.shownTitle);
    clearTimeout(this.renaming);
    this.renaming = setTimeout(() => {
      if (this.terminal.name !== this.shownTitle && this.renames < MOST_RENAMES) {
        this.renames += 1;
        this.rename();
      }
    }, RENAMED_AFTER_MS);
  }
}
