import { withSingleConnection } from './single-connection.js';
import { identifier, literal, type Sql } from './sql.js';

export interface DatabasePlan {
  name: string;
  /** Owns the database and makes its tables. */
  owner: string;
  /** Works in it at run time; owns nothing, so row-level security applies. Absent where the owner itself works in it. */
  app?: string;
}

/** The databases of an Annals installation: one per service, and those of keys, events and the bus. */
export const annalsDatabases: readonly DatabasePlan[] = [
  ...['identity', 'profile', 'activity', 'export'].map((service) => ({
    name: `annals_${service}`,
    owner: `${service}_owner`,
    app: `${service}_app`,
  })),
  { name: 'annals_keys', owner: 'keys_app' },
  { name: 'annals_events', owner: 'events_app' },
  { name: 'annals_bus', owner: 'bus_app' },
];

/**
 * Makes the databases and roles of a plan; what exists is kept and gets its password set again. Safe to repeat.
 * @param superuserUrl URL of the database `postgres` for a role that may make databases and roles.
 * @param passwordOf undefined for a cluster that trusts local connections.
 */
export function provision(
  superuserUrl: string,
  plan: readonly DatabasePlan[],
  passwordOf: (role: string) => string | undefined,
): Promise<void> {
  return withSingleConnection(superuserUrl, 'provision', async (sql) => {
    // Two provisioners at once would race between the look and the make.
    await sql.query("select pg_advisory_lock(hashtext('annals.provision'))");
    for (const database of plan) {
      await ensureRole(sql, database.owner, passwordOf(database.owner));
      if (database.app) await ensureRole(sql, database.app, passwordOf(database.app));
      await ensureDatabase(sql, database);
    }
  });
}

async function ensureRole(sql: Sql, role: string, password: string | undefined): Promise<void> {
  const found = await sql.query('select from pg_roles where rolname = $1', [role]);
  const attributes = 'login nosuperuser nobypassrls nocreatedb nocreaterole';
  const secret = password === undefined ? '' : ` password ${literal(password)}`;
  await sql.query(`${found.rowCount ? 'alter' : 'create'} role ${identifier(role)} ${attributes}${secret}`);
}

async function ensureDatabase(sql: Sql, { name, owner, app }: DatabasePlan): Promise<void> {
  const found = await sql.query('select from pg_database where datname = $1', [name]);
  if (!found.rowCount) await sql.query(`create database ${identifier(name)} owner ${identifier(owner)}`);
  await sql.query(`revoke all on database ${identifier(name)} from public`);
  if (app) await sql.query(`grant connect on database ${identifier(name)} to ${identifier(app)}`);
}
