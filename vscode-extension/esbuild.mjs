// Bundles the extension into one file, dist/extension.js. `--watch` goes on; `--plain` does not minify.
// dist/NOTICES.txt holds the licences of what is in it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
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
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

/** The licence of every package that something was taken of. */
function notices(inputs) {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf-8"));
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    if (files.length === 0) {
      throw new Error(`${folder} has no text of its licence`);
    }
    const text = files.map((file) => readFileSync(`${folder}/${file}`, "utf-8").trim()).join("\n\n");
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `extension.js holds parts of these packages.\n\n${texts.join(`\n${"-".repeat(72)}\n\n`)}`;
}

if (flags.has("--watch")) {
  await (await context(options)).watch();
} else {
  const built = await build(options);
  writeFileSync("dist/NOTICES.txt", notices(Object.keys(built.metafile.inputs)));
}
