import { type Migration, tenantTable } from '@annals/postgres';

/**
 * How long requests took, as gateways counted it: no read model, for no event tells of it. Histograms lie by bucket, so
 * that adding up rows merges them.
 */
export const requestTimingTables: Migration = {
  id: '0050-request-timings',
  sql: `
    create table request_timings (
      account_id uuid not null,
      quarter timestamptz not null,
      route text not null,
      status_class smallint not null,
      bucket smallint not null,
      requests bigint not null,
      primary key (account_id, quarter, route, status_class, bucket)
    );
    ${tenantTable('request_timings')}

    create table route_people (
      account_id uuid not null,
      day date not null,
      route text not null,
      people smallint not null,
      primary key (account_id, day, route)
    );
    comment on column route_people.people is 'most, up to five, that one gateway saw on the day (UTC)';
    ${tenantTable('route_people')}

    create table request_timing_batches (id uuid primary key, at timestamptz not null);
    create index on request_timing_batches (at);
  `,
};
