/** The notebook editor. */
import { plain } from "./text.mjs";
import { until } from "./waiting.mjs";

export class Notebook {
  constructor(workbench) {
    this.workbench = workbench;
    this.page = workbench.page;
  }

  /** The n-th code cell, from 0. */
  cell(number) {
    return this.page.locator(".notebookOverlay:visible .code-cell-row").nth(number);
  }

  async open(name) {
    await this.workbench.editor.open(name);
    await this.cell(0).locator(".view-line").first().waitFor();
  }

  /** Puts the caret on a line of a cell, from 1. */
  async go(number, line) {
    await this.cell(number).locator(".view-line").nth(line - 1).click();
    await this.page.keyboard.press("Home");
  }

  async lenses(number) {
    return (await this.cell(number).locator(".codelens-decoration > *").allInnerTexts()).map(plain).filter((one) => one && one !== "|");
  }

  async lens(number, pattern) {
    return until(async () => {
      const found = await this.lenses(number);
      if (found.some((one) => pattern.test(one))) return found;
      throw new Error(JSON.stringify(found));
    }, `the lens ${pattern} in a cell`);
  }

  async pressLens(number, pattern) {
    await this.lens(number, pattern);
    await this.cell(number).locator(".codelens-decoration > a").filter({ hasText: pattern }).first().click();
  }

  /** Puts the caret at the end of a cell and pastes. */
  async append(number, text) {
    await this.cell(number).locator(".view-line").last().click();
    await this.page.keyboard.press("Control+End");
    await this.workbench.editor.paste(text);
  }

  /** Points at a word in a cell, gives the hover's text. */
  async hover(number, word) {
    const box = this.page.locator(".monaco-hover .hover-contents:visible");
    return until(async () => {
      const spot = await this.cell(number).evaluate((cell, wanted) => {
        const walker = document.createTreeWalker(cell.querySelector(".view-lines"), NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const at = node.data.indexOf(wanted);
          if (at < 0) continue;
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + wanted.length);
          const { x, y, width, height } = range.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2 };
        }
        return null;
      }, word);
      await this.workbench.away();
      await this.page.mouse.move(spot.x, spot.y);
      await box.first().waitFor({ timeout: 3_000 });
      const found = (await box.allInnerTexts()).map(plain).filter((one) => one && one !== "Loading...");
      return found.length > 0 && found.join("\n");
    }, `a hover over "${word}" in a cell`);
  }
}
