/** A table as text: rows of cells, a line for each row. */
export function write(rows) {
  return rows.map((row) => row.map(cell).join(',')).join('\n');
}

function cell(value) {
  const text = String(value ?? '');
  return text.includes(',') ? `"${text}"` : text;
}
