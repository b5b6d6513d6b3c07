/** Imported before all else: when the extension's code began to run. */
export const LOADING = performance.now();
