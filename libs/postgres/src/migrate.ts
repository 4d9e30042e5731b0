import { createHash } from 'node:crypto';
import { baseTables } from './base-tables.js';
import { indexMaker } from './make-indexes.js';
import { projectionSchema, type Projection } from './projection.js';
import { identifier, type Sql } from './sql.js';
import { withSingleConnection } from './single-connection.js';

export interface Migration {
  /** `0001-what-it-does`; ids sort in the order they apply. Never changed once it ran anywhere. */
  id: string;
  sql: string;
}

export interface MigrateOptions {
  service: string;
  migrations: readonly Migration[];
  /** Each gets its own schema, named after its version; older versions stay beside it. */
  projections?: readonly Projection[];
  /** Role that works in the database at run time: may read and change rows, never the tables themselves. */
  appRole: string;
}

/**
 * Brings a database up to this code. Several processes may start at once: one works, the others wait for it.
 * Each migration runs once, in a transaction of its own, and leaves its checksum.
 * @throws Error when a migration that already ran reads differently now, or ids are out of order.
 */
export function migrate(ownerUrl: string, options: MigrateOptions): Promise<void> {
  return withSingleConnection(ownerUrl, `migrate ${options.service}`, async (sql) => {
    await sql.query("select pg_advisory_lock(hashtext('annals.migrate'))");
    await sql.query(`create table if not exists schema_migrations (
      id text primary key, checksum text not null, applied_at timestamptz not null default now())`);
    const done = await sql.query<{ id: string; checksum: string }>('select id, checksum from schema_migrations', []);
    const applied = new Map(done.rows.map((row) => [row.id, row.checksum]));
    for (const migration of stepsOf(options)) {
      const checksum = createHash('sha256').update(migration.sql).digest('hex');
      const before = applied.get(migration.id);
      if (before === undefined) await apply(sql, migration, checksum);
      else if (before !== checksum) throw new Error(changed(options.service, migration.id));
    }
    await grant(sql, options);
  });
}

function stepsOf({ service, migrations, projections = [] }: MigrateOptions): Migration[] {
  migrations.forEach((migration, index) => {
    const previous = migrations[index - 1];
    if (previous && previous.id >= migration.id) {
      throw new Error(`${service}: migration ${migration.id} must sort after ${previous.id}.`);
    }
  });
  return [...baseTables, ...migrations, ...projections.map(projectionStep)];
}

function projectionStep(projection: Projection): Migration {
  const schema = projectionSchema(projection);
  return {
    id: `projection ${projection.name}@${projection.version}`,
    sql: `create schema ${identifier(schema)}; ${projection.tables(identifier(schema))}${indexMaker(projection)}`,
  };
}

function changed(service: string, id: string): string {
  const remedy = id.startsWith('projection ')
    ? 'raise the version of the projection, so that it is built anew beside the old one.'
    : 'restore its text and put the change into a new migration.';
  return `${service}: ${id} has already run with another text; ${remedy}`;
}

async function apply(sql: Sql, migration: Migration, checksum: string): Promise<void> {
  try {
    await sql.query('begin');
    await sql.query(migration.sql);
    await sql.query('insert into schema_migrations (id, checksum) values ($1, $2)', [migration.id, checksum]);
    await sql.query('commit');
  } catch (cause) {
    throw new Error(`${migration.id} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** No TRUNCATE, no ownership: row-level security cannot be stepped around, and no table emptied at once. */
async function grant(sql: Sql, { appRole, projections = [] }: MigrateOptions): Promise<void> {
  const role = identifier(appRole);
  const schemas = ['public', ...projections.map(projectionSchema)].map(identifier);
  for (const schema of schemas) {
    await sql.query(`grant usage on schema ${schema} to ${role};
      grant select, insert, update, delete on all tables in schema ${schema} to ${role};
      grant usage, select on all sequences in schema ${schema} to ${role}`);
  }
  const owned = await sql.query("select from pg_tables where tablename = 'schema_migrations' and tableowner <> $1", [
    appRole,
  ]);
  if (owned.rowCount) await sql.query(`revoke insert, update, delete on schema_migrations from ${role}`);
}
