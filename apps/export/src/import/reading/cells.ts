import type { RowProblem } from '@annals/contracts';
import { accountProblem, type ColumnPlan, type Filled } from './columns.js';
import { rolesOf } from './exported-item.js';
import { rowProblem, type Candidate } from './options.js';
import { NotTransformable, transformed } from './transform.js';

/** What spreadsheets take for a formula (OWASP, CSV Injection). */
const formula = /^[=+\-@\t\r]/;
/** Telephone numbers and amounts begin like one and are none. */
const harmless = /^[+-]?[\d\s().,/-]*\d[\d\s().,/-]*$/;
/** As our own files have them: one apostrophe more than there was, before what would be a formula. */
const guarded = /^'+[=+\-@\t\r\n]/;

/** What the cells of one row say, at the places that the plan names. */
export function candidateOf(
  row: number,
  cells: readonly string[],
  plan: ColumnPlan,
  how: { csvSafe: boolean; accountId: string | null },
): Candidate {
  if (cells.length !== plan.width) {
    const detail = `has ${cells.length} cells where the head has ${plan.width}`;
    return { row, problems: [rowProblem(row, null, 'columns-mismatch', detail)] };
  }
  const value: Record<string, unknown> = {};
  const problems = how.accountId
    ? accountProblem(
        row,
        plan.accounts.map((at) => cells[at]!.trim()),
        how.accountId,
      )
    : [];
  for (const filled of plan.filled) problems.push(...fill(value, row, filled, cells, how.csvSafe));
  return problems.length > 0 ? { row, problems } : { row, value };
}

function fill(
  value: Record<string, unknown>,
  row: number,
  { target, type, from, source }: Filled,
  cells: readonly string[],
  csvSafe: boolean,
): RowProblem[] {
  const texts = from.map((at) => (csvSafe && guarded.test(cells[at]!) ? cells[at]!.slice(1) : cells[at]!));
  if (!csvSafe && texts.some((text) => formula.test(text) && !harmless.test(text))) {
    return [
      rowProblem(row, target, 'formula-cell', 'begins like a formula; csv_safe says that an apostrophe guards it'),
    ];
  }
  try {
    const text = transformed(texts.filter((part) => part !== '').join(source.join ?? ' '), source.transform);
    if (text !== '') place(value, target.split('.'), typed(text, target, type));
    return [];
  } catch (error) {
    if (error instanceof NotTransformable) return [rowProblem(row, target, error.code, error.message)];
    throw error;
  }
}

/** @throws NotTransformable `json-invalid` */
export function typed(text: string, target: string, type: Filled['type']): unknown {
  if (target === 'roles' && !text.trimStart().startsWith('[')) return text.split(';').map((name) => name.trim());
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'number') return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
  if (type === 'text') return text;
  try {
    const value = JSON.parse(text) as unknown;
    return target === 'roles' ? rolesOf(value) : value;
  } catch {
    throw new NotTransformable('json-invalid', 'is not JSON');
  }
}

/** Puts a value at its place; what fills a part of something that has no parts takes its place. */
export function place(value: Record<string, unknown>, path: readonly string[], leaf: unknown): void {
  let at = value;
  for (const key of path.slice(0, -1)) {
    const inner = at[key];
    const next = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
    at[key] = next;
    at = next as Record<string, unknown>;
  }
  at[path.at(-1)!] = leaf;
}
