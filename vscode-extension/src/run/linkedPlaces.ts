/** Places in a run's text that VS Code does not make links of: paths with spaces, and cells of notebooks. */

/** start, length: of the text to click at. line: from 0. cell: index of a notebook's cell that line counts in. */
export interface LinkedPlace {
  readonly start: number;
  readonly length: number;
  readonly path: string;
  readonly line: number;
  readonly cell: number | null;
}

const FRAME = /^ *File "(.+?)(?: cell (\d+))?", line (\d+)/;
const PLACE = /^ +at (.+?)(?:\(cell (\d+)(?:, line (\d+))?\)|:(\d+))$/;

export function placeIn(line: string): LinkedPlace | null {
  const frame = FRAME.exec(line);
  if (frame !== null) {
    const [, path = "", cell, number] = frame;
    return linked(line, path, cell, number);
  }
  const place = PLACE.exec(line.trimEnd());
  if (place === null) {
    return null;
  }
  const [, path = "", cell, cellLine, number] = place;
  return linked(line, path.trimEnd(), cell, cellLine ?? number);
}

function linked(line: string, path: string, cell: string | undefined, number: string | undefined): LinkedPlace | null {
  const isAbsolute = /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path);
  if (!isAbsolute || (cell === undefined && !path.includes(" "))) {
    return null;
  }
  return {
    start: line.indexOf(path),
    length: path.length,
    path,
    line: number === undefined ? 0 : Number(number) - 1,
    cell: cell === undefined ? null : Number(cell) - 1,
  };
}
