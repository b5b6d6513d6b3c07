/** The terminal that is shown in the panel. */
import { plain } from "./text.mjs";
import { until } from "./waiting.mjs";

export class Terminal {
  constructor(workbench) {
    this.workbench = workbench;
    this.page = workbench.page;
  }

  get root() {
    return this.page.locator(".terminal-wrapper.active .xterm, .terminal-wrapper:visible .xterm").first();
  }

  /** The rows in view. */
  async lines() {
    const rows = await this.root.locator(".xterm-rows > div").allTextContents();
    return rows.map((row) => row.replace(/\u00a0/g, " ").trimEnd());
  }

  async text() {
    return (await this.lines()).join("\n").trimEnd();
  }

  /** Waits until what is in view says `pattern`. */
  async says(pattern, limit) {
    return until(
      async () => {
        const text = await this.text();
        if (pattern.test(text)) return text;
        throw new Error(text);
      },
      `the terminal to say ${pattern}`,
      limit,
    );
  }

  /** Titles of all terminals. */
  async titles() {
    return (await this.page.locator(".terminal-tabs-entry").allInnerTexts()).map(plain);
  }

  async title(pattern, limit) {
    return until(
      async () => {
        const titles = await this.titles();
        const found = titles.find((one) => pattern.test(one));
        if (found) return found;
        throw new Error(JSON.stringify(titles));
      },
      `a terminal called ${pattern}`,
      limit,
    );
  }

  /** Follows a link: the last place in view where `text` is written. */
  async follow(text) {
    const spot = await until(() => this.#place(text), `"${text}" in the terminal`);
    await this.page.mouse.move(spot.x, spot.y);
    await this.page.mouse.move(spot.x + 2, spot.y);
    // a link is one only once the provider answered for the row below the mouse
    await this.root.locator(".xterm-cursor-pointer, .xterm-screen .xterm-underline-1").first().waitFor({ timeout: 5_000 }).catch(() => {});
    await this.page.keyboard.down("Control");
    await this.page.mouse.click(spot.x, spot.y);
    await this.page.keyboard.up("Control");
  }

  async #place(text) {
    return this.root.locator(".xterm-rows").evaluate((rows, wanted) => {
      for (const row of [...rows.children].reverse()) {
        const at = row.textContent.replace(/\u00a0/g, " ").lastIndexOf(wanted);
        if (at < 0) continue;
        let left = at + Math.floor(wanted.length / 2);
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          if (left < node.length) {
            const range = document.createRange();
            range.setStart(node, left);
            range.setEnd(node, left + 1);
            const box = range.getBoundingClientRect();
            return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
          }
          left -= node.length;
        }
      }
      return null;
    }, text);
  }

  async interrupt() {
    await this.root.click();
    await this.page.keyboard.press("Control+KeyC");
  }
}
