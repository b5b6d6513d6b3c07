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
}
