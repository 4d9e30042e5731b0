import { tenantTable } from '@annals/postgres';
import { currentAccount, personPolicy, personTable } from '../person-table.js';

/**
 * Members hold what lists show of them, so that each order of a list is one index of the account, read without the table
 * and from any place. Row-level security lets only leakproof operators into an index: comparisons are, LIKE and what
 * trigram indexes answer is not; so a search goes by the beginnings of words, which are rows of their own.
 */
export const tables = (schema: string): string => `
  create table ${schema}.people (
    user_id uuid primary key,
    email text,
    name text,
    status text not null,
    created_at timestamptz not null,
    managed_by uuid,
    home_account_id uuid,
    terms text[] not null
  );
  comment on column ${schema}.people.email is 'null once the person was erased';

  create table ${schema}.members (
    account_id uuid not null,
    user_id uuid not null,
    role text not null,
    since timestamptz not null,
    email text,
    name text,
    status text not null default 'unknown',
    created_at timestamptz not null,
    managed_here boolean not null default false,
    email_key text collate "C" not null default '',
    name_key text collate "und-x-icu" not null default '',
    primary key (account_id, user_id)
  );
  comment on column ${schema}.members.name_key is 'in the order of a dictionary, whatever the case';
  comment on column ${schema}.members.status is 'unknown until the person is';
  create index members_by_name on ${schema}.members (account_id, name_key, user_id) include (${shown});
  create index members_by_email on ${schema}.members (account_id, email_key, user_id) include (${shown});
  create index members_by_creation on ${schema}.members (account_id, created_at, user_id) include (${shown});
  create index members_by_entry on ${schema}.members (account_id, since, user_id) include (${shown});
  create index members_by_status on ${schema}.members (account_id, status, role, managed_here);
  ${tenantTable(`${schema}.members`)}

  create table ${schema}.person_accounts (
    user_id uuid not null,
    account_id uuid not null,
    primary key (user_id, account_id)
  );
  comment on table ${schema}.person_accounts is 'where a person has rows: each account tells it, and only the person sees all';
  ${tenantTable(`${schema}.person_accounts`)}
  ${personPolicy(`${schema}.person_accounts`)}

  create table ${schema}.member_terms (
    account_id uuid not null,
    term text collate "C" not null,
    user_id uuid not null,
    primary key (account_id, term, user_id)
  );
  create index member_terms_of_member on ${schema}.member_terms (account_id, user_id);
  ${tenantTable(`${schema}.member_terms`)}

  ${personTable(
    `${schema}.people`,
    `exists (select from ${schema}.members m where m.user_id = people.user_id and m.account_id = ${currentAccount})`,
  )}
`;

/** What lists show and filter by, besides what they are sorted by. */
const shown = 'email, name, status, role, managed_here';
