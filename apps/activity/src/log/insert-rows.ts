import { type Tx } from '@annals/postgres';

/** Columns of a table with their types; `account_id` comes first in every table and is not among them. */
export type Columns<R> = { readonly [C in keyof R & string]: string };

/**
 * Inserts many rows of one account in one statement, with one parameter per column: an array of texts, which PostgreSQL
 * reads into the column's type by itself.
 * @param textOf a row's value as that text; what stands in the row unless said
 */
export async function insertRows<R extends object>(
  tx: Tx,
  table: string,
  columns: Columns<R>,
  accountId: string,
  rows: readonly R[],
  textOf: (row: R, column: keyof R & string) => string | null = (row, column) => row[column] as string | null,
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns) as (keyof R & string)[];
  const arrays = names.map((name, index) => `$${index + 2}::${arrayOf(columns[name])}`).join(', ');
  const casts = names.map((name) => `u.${name}::${columns[name]}`).join(', ');
  await tx.query(
    `insert into ${table} (account_id, ${names.join(', ')})
     select $1::uuid, ${casts} from unnest(${arrays}) as u(${names.join(', ')})`,
    [accountId, ...names.map((name) => arrayText(rows, (row) => textOf(row, name)))],
  );
}

/** An array of arrays would be taken apart to its last item, so those travel as texts. */
const arrayOf = (type: string): string => (type.endsWith('[]') ? 'text[]' : `${type}[]`);

/** An array as PostgreSQL writes it; the driver, which knows less of its items, takes twice as long. */
function arrayText<R>(rows: readonly R[], textOf: (row: R) => string | null): string {
  let text = '{';
  for (const row of rows) {
    const value = textOf(row);
    if (text.length > 1) text += ',';
    text += value === null ? 'NULL' : quoted(value);
  }
  return `${text}}`;
}

const quoted = (text: string): string => (/["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`);
