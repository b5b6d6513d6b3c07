/** Which documents are the server's, and which of them show its status. */

/** Not `pipelines.yml`, not conda's `environment.yml`; what else is a pipeline the server registers. */
const PIPELINE_FILES: readonly { scheme: "file"; pattern: string }[] = [
  { scheme: "file", pattern: "**/{pipeline,env}.{yaml,yml}" },
  { scheme: "file", pattern: "**/{pipeline,env}.*.{yaml,yml}" },
];

export const SHOWN_IN = [
  ...PIPELINE_FILES,
  { scheme: "file", language: "python" },
  { notebook: "jupyter-notebook", language: "python" },
];

export const SOURCES = [
  ...["r", "sql", "shellscript"].map((language) => ({ scheme: "file", language })),
  { scheme: "file", pattern: "**/*.{Rmd,rmd}" },
];
