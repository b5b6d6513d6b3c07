// Bundles the extension into one file, dist/extension.js. `--watch` goes on; `--plain` does not minify.
import { build, context } from "esbuild";

const flags = new Set(process.argv.slice(2));
const options = {
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: !flags.has("--plain") && !flags.has("--watch"),
  sourcemap: flags.has("--watch") ? "inline" : false,
  legalComments: "linked",
  logLevel: "warning",
};

if (flags.has("--watch")) {
  await (await context(options)).watch();
} else {
  await build(options);
}
