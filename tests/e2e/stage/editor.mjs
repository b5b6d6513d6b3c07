/** The text editor that has the focus: going, typing, lenses, squiggles, hovers, suggestions. */
import path from "node:path";

import { plain } from "./text.mjs";
import { until } from "./waiting.mjs";

export class Editor {
  constructor(workbench) {
    this.workbench = workbench;
    this.page = workbench.page;
  }

  get root() {
    return this.page.locator(".editor-group-container.active .editor-instance .monaco-editor").first();
  }

  /** Opens a file of the workspace by its name, behind that of its folder where there are several. */
  async open(name) {
    const base = path.basename(name);
    const folder = path.basename(path.dirname(name));
    const { choices } = this.workbench;
    await until(async () => {
      await this.page.keyboard.press("Control+KeyP");
      await choices.locator("input").fill(name, { timeout: 2_000 });
      const row = choices.locator(".monaco-list-row").filter({ hasText: base }).filter({ hasText: folder === "." ? "" : folder });
      try {
        await row.first().click({ timeout: 3_000 });
        return true;
      } catch (error) {
        await this.page.keyboard.press("Escape");
        throw error;
      }
    }, `the file ${name} in quick open`);
    await this.workbench.tab(base);
    if (!base.endsWith(".ipynb")) await this.root.locator(".view-line").first().waitFor();
  }

  /** Puts the caret there. Both count from 1. */
  async go(line, column = 1) {
    const { choices } = this.workbench;
    await this.page.keyboard.press("Control+KeyG");
    await choices.locator("input").fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await choices.waitFor({ state: "hidden" });
  }

  /** Scrolls up: a lens above the first line comes into view only so. */
  async top() {
    const { x, y, width, height } = await this.root.boundingBox();
    await this.page.mouse.move(x + width / 2, y + height / 2);
    await this.page.mouse.wheel(0, -10_000);
    await this.workbench.away();
  }

  /** The lines in view, top to bottom. */
  async lines() {
    return this.root.locator(".view-lines .view-line").evaluateAll((lines) =>
      lines
        .sort((one, other) => parseFloat(one.style.top) - parseFloat(other.style.top))
        .map((line) => line.textContent.replace(/\u00a0/g, " ").replace(/\u200b/g, "")),
    );
  }

  /** Waits until the caret is on a line, as the status bar tells it. */
  async at(line) {
    const told = this.page.locator("#status\\.editor\\.selection");
    await until(async () => Number(/\d+/.exec(await told.innerText())[0]) === line, `the caret on line ${line}`);
  }

  /** Pastes: typing would indent and close brackets. */
  async paste(text) {
    await this.page.evaluate((all) => navigator.clipboard.writeText(all), text);
    await this.page.keyboard.press("Control+KeyV");
  }

  /** Another text for the whole file. */
  async replaceAll(text) {
    await this.go(1);
    await this.page.keyboard.press("Control+KeyA");
    await this.paste(text);
    await until(async () => text.includes((await this.lines()).join("\n")), "the pasted text");
  }

  /** Another text for one line that is in view. */
  async replaceLine(line, text) {
    await this.go(line);
    await this.page.keyboard.press("Home");
    await this.page.keyboard.press("Home");
    await this.page.keyboard.press("Shift+End");
    await this.paste(text);
    await until(async () => (await this.lines()).includes(text), `the line "${text}"`);
  }

  async save() {
    await this.page.keyboard.press("Control+KeyS");
    await this.page.locator(".editor-group-container.active .tab.active:not(.dirty)").waitFor();
  }

  // ----------------------------------------------------------------- lenses

  /** The lenses above the first line in view that contains `text`; none: []. */
  async lenses(text) {
    return this.root.evaluate((root, wanted) => {
      const clean = (node) => node.textContent.replace(/[\s\u00a0]+/g, " ").trim();
      const line = [...root.querySelectorAll(".view-line")]
        .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
        .find((one) => one.textContent.replace(/\u00a0/g, " ").includes(wanted));
      if (!line) return [];
      const { top } = line.getBoundingClientRect();
      const row = [...root.querySelectorAll(".codelens-decoration")].find((one) => {
        const box = one.getBoundingClientRect();
        return box.height > 0 && box.top < top && box.bottom > top - 8;
      });
      if (!row) return [];
      const parts = [...row.children].filter((one) => clean(one) !== "|" && clean(one) !== "");
      return parts.map((one) => ({ title: clean(one), acts: one.tagName === "A" }));
    }, text);
  }

  /**
   * Waits until a lens above a line says `pattern`; gives all of that line. An editor that loses the focus
   * as soon as it is opened asks for no lenses before it has the focus again.
   */
  async lens(text, pattern) {
    return until(async () => {
      const found = (await this.lenses(text)).map((one) => one.title);
      if (found.some((title) => pattern.test(title))) return found;
      if (found.length === 0) await this.page.keyboard.press("Control+Digit1");
      throw new Error(`lenses of "${text}": ${JSON.stringify(found)}`);
    }, `the lens ${pattern}`);
  }

  /** Presses the lens above a line. */
  async pressLens(text, pattern) {
    const spot = await until(async () => {
      await this.lens(text, pattern);
      // Nothing where lenses were drawn anew meanwhile, or are those of an earlier look at the file, which
      // VS Code shows without their commands until it asks for new ones.
      const found = await this.#lensSpot(text, pattern);
      if (!found) await this.page.keyboard.press("Control+Digit1");
      return found;
    }, `the lens ${pattern}`);
    await this.page.mouse.click(spot.x, spot.y);
  }

  #lensSpot(text, pattern) {
    return this.root.evaluate(
      (root, [wanted, source]) => {
        const line = [...root.querySelectorAll(".view-line")]
          .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
          .find((one) => one.textContent.replace(/\u00a0/g, " ").includes(wanted));
        const top = line?.getBoundingClientRect().top;
        const row = [...root.querySelectorAll(".codelens-decoration")].find((one) => {
          const box = one.getBoundingClientRect();
          return box.height > 0 && box.top < top && box.bottom > top - 8;
        });
        const link = [...(row?.querySelectorAll("a") ?? [])].find((one) =>
          new RegExp(source).test(one.textContent.replace(/[\s\u00a0]+/g, " ")),
        );
        const box = link?.getBoundingClientRect();
        return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      },
      [text, pattern.source],
    );
  }

  // --------------------------------------------------------------- problems

  /** Squiggles in view: error, warning, info or hint. */
  squiggles(kind) {
    return this.root.locator(`.squiggly-${kind}`);
  }

  /** Opens the menu of quick fixes at a place, gives its rows. */
  async fixes(line, column) {
    await this.go(line, column);
    const rows = this.page.locator(".action-widget:visible .monaco-list-row.action");
    return until(async () => {
      if ((await rows.count()) === 0) {
        await this.page.keyboard.press("Control+Period");
        await rows.first().waitFor({ timeout: 2_000 });
      }
      return (await rows.allInnerTexts()).map(plain);
    }, "quick fixes");
  }

  /** Takes one of the menu that `fixes` opened. */
  async takeFix(title) {
    await this.page.locator(".action-widget:visible .monaco-list-row.action").filter({ hasText: title }).first().click();
  }

  // ---------------------------------------------------------------- answers

  /** Waits for a hover of a place that says what is wanted: its parts come one by one, a link's before others. */
  async hover(line, column, wanted) {
    await this.go(line, column);
    const box = this.page.locator(".monaco-hover .hover-contents:visible");
    await until(async () => {
      if ((await box.count()) === 0) await this.workbench.command("Show or Focus Hover");
      await box.first().waitFor({ timeout: 3_000 });
      const found = (await box.allInnerTexts()).map(plain).join("\n");
      if (!wanted.test(found)) throw new Error(found);
      return found;
    }, `a hover with ${wanted}`);
  }

  /** Closes what floats above the text. */
  async dismiss() {
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("Escape");
  }

  /** Suggestions at the caret. */
  async suggestions() {
    const rows = this.page.locator(".suggest-widget:visible .monaco-list-row .label-name");
    return until(async () => {
      if ((await rows.count()) === 0) {
        await this.page.keyboard.press("Control+Space");
        await rows.first().waitFor({ timeout: 3_000 });
      }
      return (await rows.allInnerTexts()).map(plain);
    }, "suggestions");
  }

  /** Goes to what is named at a place. */
  async definition(line, column) {
    await this.go(line, column);
    await this.page.keyboard.press("F12");
  }

  async rename(line, column, name) {
    await this.go(line, column);
    await this.page.keyboard.press("F2");
    const box = this.page.locator(".rename-box input:visible");
    await box.waitFor();
    await box.fill(name);
    await this.page.keyboard.press("Enter");
    await box.waitFor({ state: "hidden" });
  }

  /** Hints between the words that are in view. */
  async inlayHints() {
    const hints = await this.root.evaluate((root) =>
      [...root.querySelectorAll(".view-line [class*='dyn-rule']")].map((one) => one.textContent.replace(/\u00a0/g, " ")),
    );
    return hints.map((one) => one.trim()).filter(Boolean);
  }

  /** The words that are underlined as links. */
  async links() {
    return (await this.root.locator(".detected-link").allInnerTexts()).map(plain);
  }
}
