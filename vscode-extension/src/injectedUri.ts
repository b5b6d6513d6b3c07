/** The server knows a document's task by this URI; its end tells editors the language. */
export function injectedUri(pipeline: string, task: string, languageId: string): string {
  const extension = languageId === "r" ? "R" : "py";
  const name = `${encodeURIComponent(task)}%20(injected).${extension}`;
  return `pipelens-injected:/${encodeURIComponent(pipeline)}/${name}`;
}
