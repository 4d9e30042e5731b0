import { isErased } from '@annals/event-store';
import type { Projection } from '@annals/postgres';
import { actFor, personTable } from '../person-table.js';

/** Sign-ins of each person, with the device and where it asked from. */
export const sessionList: Projection = {
  name: 'sessions',
  version: 1,
  categories: ['session'],
  accountOf: () => null,
  tables: (schema) => `
    create table ${schema}.sessions (
      session_id uuid primary key,
      user_id uuid not null,
      device_id uuid not null,
      device_name text,
      ip_address text,
      user_agent text,
      auth_methods text[] not null,
      started_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz
    );
    create index on ${schema}.sessions (user_id, started_at);
    ${personTable(`${schema}.sessions`)}
  `,
  on: {
    async SessionStarted(tx, { data, metadata }) {
      await actFor(tx, String(data.user_id));
      await tx.query(
        `insert into sessions (session_id, user_id, device_id, device_name, ip_address, user_agent, auth_methods, started_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
        [
          ...[data.session_id, data.user_id, data.device_id],
          ...[data.device_name, data.ip_address, data.user_agent].map((value) => (isErased(value) ? null : value)),
          ...[data.auth_methods, metadata.occurred_at, data.expires_at],
        ],
      );
    },
    async SessionEnded(tx, { data, metadata }) {
      await actFor(tx, String(data.user_id));
      await tx.query('update sessions set ended_at = $2 where session_id = $1', [
        data.session_id,
        metadata.occurred_at,
      ]);
    },
  },
};
