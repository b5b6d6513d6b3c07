#!/usr/bin/env node
/**
 * Plays the stories of the VS Code extension in the real workbench.
 *
 *     node tests/e2e/play.mjs [PART-OF-A-NAME…]      without names: all
 *
 * PIPELENS_E2E_SLOW=4 stretches the limits, PIPELENS_E2E_KEEP=1 keeps the folders that were opened.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { openPage, startBrowser } from "./stage/browser.mjs";
import { CodeServer, install } from "./stage/code_server.mjs";
import { ROOT, vsix } from "./stage/installed.mjs";
import { CHOSEN, TRUSTING } from "./stage/quiet.mjs";
import { Scene } from "./stage/scene.mjs";

const STORIES = path.join(ROOT, "tests", "e2e", "stories");
/** What would choose another Python than the story means to. */
const NOT_PASSED_ON = ["VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "PYENV_VERSION", "PIPELENS_DEBUG"];

const begin = performance.now();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "pipelens-e2e-"));
const cleanup = [];
process.once("exit", () => {
  if (!process.env.PIPELENS_E2E_KEEP) fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
});
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) process.on(signal, () => process.exit(code));

try {
  const failed = await playAll(process.argv.slice(2));
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  console.log(failed.length === 0 ? `\nAll stories passed in ${seconds} s.` : `\nFailed: ${failed.join(", ")} (${seconds} s)`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  for (const end of cleanup.reverse()) await end();
  if (process.env.PIPELENS_E2E_KEEP) console.log(`kept: ${scratch}`);
}

async function playAll(wanted) {
  const names = fs
    .readdirSync(STORIES)
    .filter((name) => name.endsWith(".mjs") && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
    .sort();
  const extension = vsix();
  const extensions = path.join(scratch, "extensions");
  install(extension, extensions, scratch);
  const size = (fs.statSync(extension).size / 1e6).toFixed(2);
  console.log(`${names.length} stories with ${path.basename(extension)} (${size} MB)`);

  const browser = await startBrowser();
  cleanup.push(() => browser.close());
  const shared = once(() => startServer("shared", extensions, { settings: { ...CHOSEN, ...TRUSTING } }));
  const failed = [];
  for (const name of names) {
    const story = await import(path.join(STORIES, name));
    const title = name.replace(/\.mjs$/, "");
    if (!(await play(title, story, browser, extensions, shared))) failed.push(title);
  }
  return failed;
}

async function play(name, story, browser, extensions, shared) {
  const start = performance.now();
  console.log(`\n${name}: ${story.title}`);
  const given = typeof story.server === "function" ? await story.server(scratch) : story.server;
  const server = given ? await startServer(name, extensions, given) : await shared();
  const { page, errors, close } = await openPage(browser);
  const scene = new Scene({ name, scratch: path.join(scratch, "folders", name), server, page });
  const known = server.log().length;
  let passed = false;
  try {
    await story.play(scene);
    if (errors.length > 0) throw new Error(`the page says: ${errors.join("; ")}`);
    passed = true;
  } catch (error) {
    await scene.picture("failed");
    console.log(`  FAILED: ${error.stack}\n  pictures: ${path.relative(ROOT, scene.shots)}`);
    console.log(`  our log: ${server.log().slice(known).slice(-4000)}`);
    for (const [file, text] of server.logs("remoteexthost")) {
      const lines = text.split("\n").filter((line) => /\[error\].*pipelens/.test(line));
      if (lines.length > 0) console.log(`  ${file}:\n${lines.slice(-5).join("\n")}`);
    }
  } finally {
    await close();
    if (given) await server.stop();
  }
  for (const text of scene.figures) console.log(`    ${text}`);
  console.log(`  ${passed ? "passed" : "FAILED"} in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return passed;
}

/** env: on top of ours, without what would choose another Python. */
async function startServer(name, extensions, { settings, env = {} }) {
  const root = path.join(scratch, "servers", name);
  fs.mkdirSync(root, { recursive: true });
  const passed = Object.entries(process.env).filter(([key]) => !NOT_PASSED_ON.includes(key) && !key.startsWith("npm_"));
  const own = { XDG_CACHE_HOME: path.join(root, "cache"), XDG_STATE_HOME: path.join(root, "state") };
  const server = await CodeServer.start(root, { extensions, settings, env: { ...Object.fromEntries(passed), ...own, ...env } });
  cleanup.push(() => server.stop());
  return server;
}

function once(make) {
  let made;
  return () => (made ??= make());
}
