/** Rows as the driver gives them: int8 and numeric are text, timestamptz is a Date, date is text `YYYY-MM-DD`. */
export interface Rows<R> {
  rows: R[];
  /** Rows returned, or changed by a statement that returns none. */
  rowCount: number;
}

/** Something that runs SQL: a pool, or one transaction. */
export interface Sql {
  /**
   * Runs one statement. With `values` (an empty list too) it is prepared once per connection;
   * without, the text may hold several statements and takes no parameters.
   */
  query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Rows<R>>;
}

/** One transaction: every statement of it sees and shares the same fate. */
export type Tx = Sql;

/** Quotes a name for use in SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text for use in SQL where no parameter can stand (DDL). */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
