/** One window of the workbench: its parts, and what belongs to no part. */
import { Debugger } from "./debugger.mjs";
import { Editor } from "./editor.mjs";
import { Notebook } from "./notebook.mjs";
import { Problems } from "./problems.mjs";
import { Terminal } from "./terminal.mjs";
import { plain } from "./text.mjs";
import { until } from "./waiting.mjs";

export class Workbench {
  constructor(page, server) {
    this.page = page;
    this.server = server;
    this.debugger = new Debugger(this);
    this.editor = new Editor(this);
    this.notebook = new Notebook(this);
    this.problems = new Problems(this);
    this.terminal = new Terminal(this);
  }

  /** Shows a folder (or a .code-workspace file), with a file of it open if one is given, and waits until
   * its files are listed. Both absolute. */
  async open(folder, file) {
    const asked = new URLSearchParams({ [folder.endsWith(".code-workspace") ? "workspace" : "folder"]: folder });
    if (file !== undefined) {
      const uri = `vscode-remote://${new URL(this.server.url).host}${file}`;
      asked.set("payload", JSON.stringify([["openFile", uri]]));
    }
    await this.page.goto(`${this.server.url}/?${asked}`, { waitUntil: "domcontentloaded" });
    await this.page.locator(".explorer-folders-view .monaco-list-row").first().waitFor();
  }

  // ---------------------------------------------------------------- trust

  get restricted() {
    return this.page.locator(".statusbar-item").filter({ hasText: "Restricted Mode" }).first();
  }

  /** Trusts the folder in the trust editor, which may be open already; closes it. */
  async trust() {
    const editor = this.page.locator(".workspace-trust-editor");
    if (!(await editor.isVisible())) await this.command("Workspaces: Manage Workspace Trust");
    await editor.getByRole("button", { name: "Trust", exact: true }).click();
    await editor.getByText("You trust this").first().waitFor();
    await this.tab("Workspace Trust");
    await this.command("View: Close Editor");
    await editor.waitFor({ state: "hidden" });
  }

  get dialog() {
    return this.page.locator(".monaco-dialog-box");
  }

  /** Presses a button of the dialog that is there or comes. */
  async answer(button) {
    await this.dialog.getByRole("button", { name: button }).first().click();
    await this.dialog.waitFor({ state: "detached" });
  }

  // ------------------------------------------------------ commands, choices

  get choices() {
    return this.page.locator(".quick-input-widget:visible");
  }

  /** Runs a command by its whole title in the palette, which shows new commands only when it is opened anew. */
  async command(title) {
    const row = this.choices.locator(".monaco-list-row").filter({ hasText: title }).first();
    await until(async () => {
      await this.page.keyboard.press("F1");
      await this.choices.locator("input").fill(`>${title}`, { timeout: 2_000 });
      try {
        await row.click({ timeout: 2_000 });
        return true;
      } catch (error) {
        await this.page.keyboard.press("Escape");
        throw error;
      }
    }, `the command "${title}"`);
  }

  /** Titles in the palette for what was typed. */
  async commandTitles(typed) {
    await this.page.keyboard.press("F1");
    await this.choices.locator("input").fill(`>${typed}`);
    const titles = await until(async () => {
      const rows = this.choices.locator(".monaco-list-row .quick-input-list-label-meta, .monaco-list-row .label-name");
      const found = (await rows.allInnerTexts()).map(plain).filter(Boolean);
      return found.length > 0 && found;
    }, `commands for "${typed}"`);
    await this.page.keyboard.press("Escape");
    return titles;
  }

  /** Takes a row of the pick that is open or comes. */
  async choose(text) {
    await this.choices.locator(".monaco-list-row").filter({ hasText: text }).first().click();
  }

  // ---------------------------------------------------------- notifications

  get toasts() {
    return this.page.locator(".notifications-toasts .notification-list-item");
  }

  /** Waits for a notification, gives its whole text. */
  async notification(text) {
    const found = this.toasts.filter({ hasText: text }).first();
    await found.waitFor();
    return plain(await found.locator(".notification-list-item-message").innerText());
  }

  /** Presses a button of a notification. */
  async press(button, notification = "") {
    const toast = this.toasts.filter({ hasText: notification });
    await toast.getByRole("button", { name: button }).first().click();
  }

  async clearNotifications() {
    await this.command("Notifications: Clear All Notifications");
    await until(async () => (await this.toasts.count()) === 0, "no notifications");
  }

  // ----------------------------------------------------------------- status

  /** The texts of the language status items of the file that is open: they lie behind `{}`. */
  async languageStatus() {
    const braces = this.page.locator("#status\\.languageStatus");
    const items = this.page.locator(".hover-language-status");
    return until(async () => {
      if ((await items.count()) === 0) {
        await this.away();
        await braces.hover({ timeout: 3_000 });
        await items.first().waitFor({ timeout: 3_000 });
      }
      return (await items.allInnerTexts()).map(plain).join("\n");
    }, "the language status");
  }

  /** Waits until the language status says something. */
  async status(pattern) {
    return until(async () => {
      const text = await this.languageStatus();
      if (pattern.test(text)) return text;
      await this.away();
      throw new Error(text);
    }, `the status ${pattern}`);
  }

  /** Moves the mouse to where nothing shows a hover. */
  async away() {
    await this.page.mouse.move(700, 5);
  }

  /** The title of the tab that has the focus. */
  async activeTab() {
    return plain(await this.page.locator(".editor-group-container.active .tab.active .label-name").first().innerText());
  }

  /** Waits until a tab is the active one of its group. */
  async tab(title) {
    await this.page.locator(".tabs-container .tab.active").filter({ hasText: title }).first().waitFor();
  }

  async closeAll() {
    await this.command("View: Close All Editors");
  }
}
