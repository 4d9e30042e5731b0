import type { Pool } from './pool.js';
import { projectionSchema, type Projection } from './projection.js';
import { identifier } from './sql.js';
import { transaction } from './transaction.js';

/**
 * DDL of the function that makes a projection's indexes. It works with the rights of the tables' owner, which the running
 * projection has not, and does nothing but that.
 */
export function indexMaker(projection: Projection): string {
  const schema = identifier(projectionSchema(projection));
  if (!projection.indexes) return '';
  return `
    create function ${schema}.make_indexes() returns void
    language plpgsql security definer set search_path = pg_catalog set maintenance_work_mem = '128MB' as $body$
    begin
      ${projection.indexes(schema)}
    end $body$;
  `;
}

/** Makes the indexes where they are missing, however long it takes. Nobody can write to the tables meanwhile. */
export async function makeIndexes(pool: Pool, projection: Projection): Promise<void> {
  if (!projection.indexes) return;
  const call = `select ${identifier(projectionSchema(projection))}.make_indexes()`;
  await transaction(pool, 'begin; set local statement_timeout = 0', (tx) => tx.query(call));
}
