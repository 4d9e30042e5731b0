import { projectionSchema, tenantTable } from '@annals/postgres';
import { silenceColumns } from '../consent/silences.js';

/** Where the read model of usage keeps who is not counted. */
export const uncounted = { table: 'uncounted_people', person: 'member', type: 'bytea' } as const;

/** Name and version of the read model of usage. */
export const usageModel = { name: 'usage', version: 2 };
export const usageSchema = projectionSchema(usageModel);

/** What counts of usage are kept apart by, besides the quarter hour. */
export const dimensions = ['source', 'category', 'device', 'type'] as const;
const columns = dimensions.map((name) => `${name} text not null`).join(', ');
const key = dimensions.join(', ');

/**
 * Quarter hours, because some time zones are off by 45 minutes. `people`: five of them, which is all it takes to tell
 * whether there were five, in a cell and in cells together: where one holds five there are, and all others are complete.
 */
export const usageTables = (schema: string): string => `
  create table ${schema}.usage_cells (
    account_id uuid not null,
    quarter timestamptz not null,
    ${columns},
    events bigint not null,
    people bytea[] not null,
    primary key (account_id, quarter, ${key})
  );
  comment on column ${schema}.usage_cells.people is 'pseudonyms, the first five in their order';
  ${tenantTable(`${schema}.usage_cells`)}

  create table ${schema}.usage_people (
    account_id uuid not null,
    member bytea not null,
    quarter timestamptz not null,
    ${columns},
    events bigint not null,
    primary key (account_id, member, quarter, ${key})
  );
  ${tenantTable(`${schema}.usage_people`)}

  create table ${schema}.uncounted_people ${silenceColumns(uncounted)};
  comment on table ${schema}.uncounted_people is 'who is not counted: they do not want to be, or the account may not';
  ${tenantTable(`${schema}.uncounted_people`)}
`;
