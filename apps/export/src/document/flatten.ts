import { isExportedFile, type ExportedFile } from '../section/section.js';

/** One item as cells by the names of their columns, and the files that stand in it. */
export interface Flat {
  cells: Map<string, string>;
  files: { column: string; file: ExportedFile }[];
}

/** Where a value stands: undefined for the item itself, which is not what a field with the empty name has. */
type Path = string | undefined;

/** A name that holds a dot or a backslash has a backslash before it: two fields never share a column. */
const nameOf = (path: Path, key: string): string => {
  const escaped = key.replaceAll('\\', '\\\\').replaceAll('.', '\\.');
  return path === undefined ? escaped : `${path}.${escaped}`;
};

/** Column of what is no object: a list of plain values has one. */
const whole = 'value';

/**
 * Nested objects become columns with dotted names; lists and empty objects are JSON text; null is an empty cell. A file
 * leaves its media type and length, and `file` for the place of its bytes.
 */
export function flatten(item: unknown): Flat {
  const flat: Flat = { cells: new Map(), files: [] };
  walk(item, undefined, flat);
  return flat;
}

function walk(value: unknown, path: Path, flat: Flat): void {
  if (isExportedFile(value)) {
    const { base64: _bytes, ...about } = value;
    flat.files.push({ column: nameOf(path, 'file'), file: value });
    for (const [key, each] of Object.entries(about)) walk(each, nameOf(path, key), flat);
    return;
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && Object.keys(value).length > 0) {
    for (const [key, each] of Object.entries(value)) walk(each, nameOf(path, key), flat);
    return;
  }
  flat.cells.set(path ?? whole, cellOf(value));
}

/** A NUL ends the text in some readers, so that what follows is hidden or begins anew. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll('\0', '');
}
