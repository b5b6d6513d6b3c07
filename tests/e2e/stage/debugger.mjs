/** Debugging: breakpoints, the stop, what is shown then. */
import { plain } from "./text.mjs";
import { until } from "./waiting.mjs";

export class Debugger {
  constructor(workbench) {
    this.workbench = workbench;
    this.page = workbench.page;
  }

  get toolbar() {
    return this.page.locator(".debug-toolbar:visible");
  }

  /** F9 where the caret is. */
  async toggle() {
    const before = await this.breakpoints.count();
    await this.page.keyboard.press("F9");
    await until(async () => (await this.breakpoints.count()) !== before, "a change of the breakpoints");
  }

  /** The marks of breakpoints in the margins in view. */
  get breakpoints() {
    return this.page.locator(".codicon-debug-breakpoint:visible, .codicon-debug-breakpoint-unverified:visible, .codicon-debug-stackframe-dot:visible");
  }

  async start() {
    await this.page.keyboard.press("F5");
  }

  /** F5 soon after a start, when VS Code may not have been told yet whose file this is, and asks. */
  async startEarly(wanted) {
    const question = this.page.locator(".quick-input-widget:visible input[placeholder='Select debugger']");
    await until(async () => {
      await this.start();
      await wanted.or(question).first().waitFor({ timeout: 15_000 });
      if (await question.isVisible()) {
        await this.page.keyboard.press("Escape");
        throw new Error("VS Code asks for a debugger");
      }
      return true;
    }, "our debugger to be taken");
  }

  /** Waits until a stack is shown whose first frame fits; gives the frames' texts. */
  async stopped(pattern, limit) {
    return until(
      async () => {
        const frames = await this.frames();
        if (frames.length > 0 && pattern.test(frames[0])) return frames;
        throw new Error(JSON.stringify(frames));
      },
      `a stop in ${pattern}`,
      limit,
    );
  }

  /** The call stack, innermost first: name, file, line. */
  async frames() {
    const rows = this.page.locator(".debug-call-stack:visible .monaco-list-row .stack-frame");
    return (await rows.allInnerTexts()).map(plain);
  }

  /** Waits until no session is left. */
  async ended(limit) {
    await until(async () => (await this.page.locator(".debug-toolbar:visible").count()) === 0, "the end of the session", limit);
  }

  /** Variables that are in view: `name: value`. */
  async variables() {
    const rows = this.page.locator(".debug-variables:visible .monaco-list-row");
    return (await rows.allInnerTexts()).map(plain);
  }

  /** Waits for a variable; opens the local ones where VS Code has not. */
  async variable(pattern) {
    const closed = this.page.locator(".debug-variables:visible .monaco-list-row[aria-expanded=false] .scope");
    return until(async () => {
      const first = closed.filter({ hasText: "Locals" }).first();
      if (await first.isVisible()) await first.click({ timeout: 2_000 });
      const all = await this.variables();
      const found = all.find((one) => pattern.test(one));
      if (found) return found;
      throw new Error(JSON.stringify(all));
    }, `the variable ${pattern}`);
  }

  /** Opens (or closes) a variable of the tree. */
  async expand(text) {
    await this.page.locator(".debug-variables:visible .monaco-list-row").filter({ hasText: text }).first().click();
  }

  async press(name) {
    await this.toolbar.getByRole("button", { name }).first().click();
  }

  /** From a recorded failure to a live session: the stop that follows is another one. */
  async rerun() {
    const button = this.toolbar.getByRole("button", { name: /Re-run to This Point/ });
    await button.click();
    await button.waitFor({ state: "hidden" });
  }

  async stop() {
    await this.page.keyboard.press("Shift+F5");
    await this.ended();
  }

  /** What the widget in the source says of the error. */
  async error(pattern) {
    const widget = this.page.locator(".exception-widget:visible");
    return until(async () => {
      const text = plain(await widget.first().innerText({ timeout: 2_000 }));
      if (pattern.test(text)) return text;
      throw new Error(text);
    }, `the error ${pattern}`);
  }

  /** Waits for a stop; answers a question before it, if one comes. */
  async answeredOrStopped(pattern, answer) {
    await until(async () => {
      if (await this.workbench.dialog.isVisible()) await answer();
      await this.stopped(pattern, { seconds: 0.5 });
      return true;
    }, `a stop in ${pattern}`);
  }

  /** Types into the debug console. */
  async evaluate(text) {
    await this.workbench.command("Debug Console: Focus on Debug Console View");
    await this.page.locator(".repl-input-wrapper .monaco-editor.focused").waitFor();
    await this.workbench.editor.paste(text);
    await this.page.keyboard.press("Enter");
  }

  /** Waits until the debug console says something. */
  async console(pattern) {
    const rows = this.page.locator(".repl .monaco-list-row:visible");
    return until(async () => {
      const text = (await rows.allInnerTexts()).map(plain).join("\n");
      if (pattern.test(text)) return text;
      throw new Error(text);
    }, `the debug console to say ${pattern}`);
  }
}
