/** The browser that shows the workbench; each story has a fresh profile in it. */
import { CHROMIUM, chromium } from "./installed.mjs";
import { SLOW } from "./waiting.mjs";

const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ...["--disable-dev-shm-usage", "--password-store=basic"],
];

export const startBrowser = () => chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });

/** A page with a profile of its own. `errors`: what nobody caught in it. */
export async function openPage(browser, { width = 1400, height = 900 } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    permissions: ["clipboard-read", "clipboard-write"],
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(30_000 * SLOW);
  context.setDefaultNavigationTimeout(60_000 * SLOW);
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  return { page, errors, close: () => context.close() };
}
