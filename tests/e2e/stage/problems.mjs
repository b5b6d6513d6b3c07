/** The Problems view. */
import { until } from "./waiting.mjs";

/** @typedef {{file: string, severity: string, message: string, source: string, code: string, line: number}} Row */

export class Problems {
  constructor(workbench) {
    this.workbench = workbench;
    this.page = workbench.page;
  }

  get root() {
    return this.page.locator(".markers-panel");
  }

  async show() {
    if (await this.root.isVisible()) return;
    await this.workbench.command("Problems: Focus on Problems View");
    await this.root.waitFor();
  }

  /** @returns {Promise<Row[]>} the rows in view */
  async rows() {
    await this.show();
    return this.root.locator(".monaco-list-row").evaluateAll((rows) => {
      const found = [];
      let file;
      for (const row of rows.sort((one, other) => one.dataset.index - other.dataset.index)) {
        const text = (part) => row.querySelector(part)?.textContent?.replace(/\u00a0/g, " ").trim();
        const icon = row.querySelector(".marker-icon");
        if (!icon) {
          file = row.querySelector(".monaco-icon-label")?.getAttribute("aria-label") ?? file;
          continue;
        }
        found.push({
          file,
          severity: ["error", "warning", "info", "hint"].find((kind) => icon.classList.contains(kind)),
          message: text(".marker-message"),
          source: text(".marker-source"),
          code: text(".marker-code"),
          line: Number(/\d+/.exec(text(".marker-line") ?? "")?.[0]),
        });
      }
      return found;
    });
  }

  /** Waits for a row: `wanted` is a part of its message or a question about it. */
  async row(wanted) {
    const fits = typeof wanted === "function" ? wanted : (row) => row.message?.includes(wanted);
    return until(async () => {
      const rows = await this.rows();
      const found = rows.find(fits);
      if (found) return found;
      throw new Error(JSON.stringify(rows));
    }, `the problem ${wanted}`);
  }

  /** Waits until no row fits. */
  async gone(wanted) {
    const fits = typeof wanted === "function" ? wanted : (row) => row.message?.includes(wanted);
    await until(async () => {
      const rows = (await this.rows()).filter(fits);
      if (rows.length === 0) return true;
      throw new Error(JSON.stringify(rows));
    }, `no problem ${wanted}`);
  }
}
