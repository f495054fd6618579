/** A line of a table that is not empty: where it begins (from 1), and what its cells hold. */
export interface TableLine {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads a table as text: comma, semicolon or tab between cells, whichever the first line has; quoted
 * cells as RFC 4180 has them. Never throws: a quote that is not closed reaches to the end.
 */
export function tableLines(text: string): TableLine[] {
  const separator = /[\t;]/.exec(text.slice(0, text.search(/[\r\n]|$/)))?.[0] ?? ',';
  const lines: TableLine[] = [];
  let cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  let [line, startLine] = [1, 1];
  const endLine = (): void => {
    cells.push(cell);
    if (cells.some((one) => one.trim() !== '')) lines.push({ line: startLine, cells });
    cells = [];
    cell = '';
  };
  for (let place = text.startsWith('\uFEFF') ? 1 : 0; place < text.length; place++) {
    const character = text[place] as string;
    if (isQuoted) {
      if (character === '"' && text[place + 1] === '"') {
        cell += '"';
        place += 1;
      } else if (character === '"') isQuoted = false;
      else cell += character;
      if (character === '\n') line += 1;
    } else if (character === '"' && cell.trim() === '') {
      isQuoted = true;
      cell = '';
    } else if (character === separator) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') {
      endLine();
      line += 1;
      startLine = line;
    } else if (character !== '\r') cell += character;
  }
  endLine();
  return lines;
}
