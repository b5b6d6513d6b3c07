/** The cells of a notebook, as the adapter needs them: the address of each cell's document. */

/** Of `vscode.NotebookCell` what is needed; kind: 2 is code. */
export interface Cell {
  readonly kind: number;
  readonly document: { readonly uri: { toString(): string } };
}

const CODE = 2;

/** One for each cell that is stored, null where there is no code. */
export function cellUris(cells: readonly Cell[]): (string | null)[] {
  return cells.map(({ kind, document }) => (kind === CODE ? document.uri.toString() : null));
}

/** How many cells a notebook's file holds; undefined for a text that is none. */
export function cellsStored(file: string): number | undefined {
  try {
    const read: unknown = JSON.parse(file);
    const cells = typeof read === "object" && read !== null && "cells" in read ? read.cells : undefined;
    return Array.isArray(cells) ? cells.length : undefined;
  } catch {
    return undefined;
  }
}
