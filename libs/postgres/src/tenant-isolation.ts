import type { Sql } from './sql.js';

interface Finding {
  name: string;
  problem: string;
}

/**
 * Asks PostgreSQL's own catalogue whether tenants are kept apart, as the role of the given connection.
 * Run it at start: a table that was forgotten would show everybody's rows.
 * @throws Error that lists every hole
 */
export async function assertTenantIsolation(sql: Sql): Promise<void> {
  const findings = await Promise.all(checks.map((check) => sql.query<Finding>(check, [])));
  const holes = findings.flatMap(({ rows }) => rows.map(({ name, problem }) => `${name}: ${problem}`));
  if (holes.length > 0) throw new Error(`Tenants are not kept apart. ${holes.join('; ')}.`);
}

const ourTables = `
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'`;

const holdsAccounts = `exists (
  select from pg_attribute a where a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped)`;

const checks: readonly string[] = [
  `select rolname as name, 'is a superuser or bypasses row-level security' as problem
   from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)`,

  `select n.nspname || '.' || c.relname as name, 'belongs to the role that works with it' as problem ${ourTables}
   and c.relkind in ('r', 'p') and ${holdsAccounts} and pg_has_role(current_user, c.relowner, 'member')`,

  `select n.nspname || '.' || c.relname as name, 'has account_id but no forced row-level security' as problem
   ${ourTables} and c.relkind in ('r', 'p') and ${holdsAccounts}
   and not (c.relrowsecurity and c.relforcerowsecurity)`,

  // Permissive policies are alternatives: one that forgets the account opens the table.
  `select p.schemaname || '.' || p.tablename as name, 'policy ' || p.policyname || ' does not ask for the account' as problem
   from pg_policies p where p.permissive = 'PERMISSIVE'
   and (coalesce(p.qual, '') || coalesce(p.with_check, '')) not like '%app.account_id%'`,

  `select n.nspname || '.' || c.relname as name, 'is a view that reads with the rights of its owner' as problem ${ourTables}
   and c.relkind = 'v' and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on'], false)`,

  `select n.nspname || '.' || c.relname as name, 'is a materialized view, which row-level security does not reach' as problem
   ${ourTables} and c.relkind = 'm'`,

  `select n.nspname || '.' || c.relname as name, 'may be emptied by the role that works with it' as problem ${ourTables}
   and c.relkind in ('r', 'p') and ${holdsAccounts} and has_table_privilege(current_user, c.oid, 'truncate')`,

  // One that returns nothing and takes its names from a fixed path, as a maker of partitions does, shows no rows.
  `select n.nspname || '.' || p.proname as name, 'is a function that runs with the rights of its owner' as problem
   from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
   and not (p.prorettype = 'void'::regtype and exists (
     select from unnest(p.proconfig) setting where setting like 'search_path=%'))`,
];
