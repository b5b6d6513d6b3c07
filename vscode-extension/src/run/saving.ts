/** Which unsaved files a run of a pipeline would miss. */

const READ = /\.(ya?ml|py|ipynb|r|rmd|sql|sh|md|json|toml|cfg)$/i;

/** path: of an unsaved file. root: the folder that the pipeline's paths are read from. sources: of its tasks. */
export function matters(path: string, root: string, sources: ReadonlySet<string>): boolean {
  const folder = /[\\/]$/.test(root) ? root : `${root}/`;
  const inside = path.replaceAll("\\", "/").startsWith(folder.replaceAll("\\", "/"));
  return sources.has(path) || (inside && READ.test(path));
}
