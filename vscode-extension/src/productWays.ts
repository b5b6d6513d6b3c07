/** How a product is opened, by its name. */
export type Way = "editor" | "notebook" | "browser" | "preview";

const IN_EDITOR = new Set(["csv", "tsv", "json", "md", "txt", "log", "yaml", "yml", "png", "jpg", "jpeg", "gif", "svg"]);

/** isRemote: files are on another machine than the browser, which cannot open them. */
export function wayTo(path: string, isRemote: boolean): Way {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  if (IN_EDITOR.has(extension)) {
    return "editor";
  }
  switch (extension) {
    case "ipynb":
      return "notebook";
    case "html":
    case "htm":
      return isRemote ? "editor" : "browser";
    default:
      return "preview";
  }
}
