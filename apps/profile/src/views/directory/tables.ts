import { tenantTable } from '@annals/postgres';

/**
 * Row-level security lets only leakproof operators into an index: comparisons are, similarity (pg_trgm) is not. So words
 * are rows of their own, found by their beginning, and slips in them by the equality of spellings.
 * See docs/decisions/0007-a-directory-of-spellings.md.
 */
export const tables = (schema: string): string => `
  create table ${schema}.entries (
    account_id uuid not null,
    user_id uuid not null,
    member boolean not null,
    state jsonb not null,
    listed boolean not null,
    sort_key text collate "und-x-icu" not null,
    primary key (account_id, user_id)
  );
  comment on column ${schema}.entries.state is 'what later events build upon, also while the person cannot be found';
  comment on column ${schema}.entries.sort_key is 'in the order of a dictionary, whatever the case; empty unless listed';
  create index entries_in_order on ${schema}.entries (account_id, sort_key, user_id) where listed;
  ${tenantTable(`${schema}.entries`)}

  create table ${schema}.words (
    account_id uuid not null,
    word text collate "C" not null,
    sort_key text collate "und-x-icu" not null,
    user_id uuid not null,
    primary key (account_id, word, sort_key, user_id)
  );
  comment on table ${schema}.words is 'what members who can be found are found by; a handle as a whole begins with @';
  create index words_of_person on ${schema}.words (account_id, user_id, word);
  ${tenantTable(`${schema}.words`)}

  create table ${schema}.spellings (
    account_id uuid not null,
    spelling text collate "C" not null,
    word text collate "C" not null,
    primary key (account_id, spelling, word)
  );
  comment on table ${schema}.spellings is 'of each word that somebody in the account is found by';
  create index spellings_of_word on ${schema}.spellings (account_id, word);
  ${tenantTable(`${schema}.spellings`)}

  create table ${schema}.restricted (
    account_id uuid not null,
    user_id uuid not null,
    primary key (account_id, user_id)
  );
  comment on table ${schema}.restricted is 'people whom the account may not process at present (Art. 18 GDPR)';
  ${tenantTable(`${schema}.restricted`)}

  create table ${schema}.away (user_id uuid primary key);
  comment on table ${schema}.away is 'people who are disabled or deleted: out in every account, so it belongs to none';
`;
