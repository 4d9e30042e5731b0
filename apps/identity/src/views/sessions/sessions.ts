import { isErased } from '@annals/event-store';
import type { Projection, Tx } from '@annals/postgres';
import { actFor, personTable } from '../person-table.js';

/** Sign-ins of each person, with the device and where it asked from; what they call their devices, and which they trust. */
export const sessionList: Projection = {
  name: 'sessions',
  version: 2,
  categories: ['session', 'device', 'erased'],
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
    create table ${schema}.devices (
      user_id uuid not null,
      device_id uuid not null,
      name text,
      trusted boolean not null default false,
      primary key (user_id, device_id)
    );
    ${personTable(`${schema}.devices`)}
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
    async DeviceNamed(tx, { data }) {
      await actFor(tx, String(data.user_id));
      await tx.query(
        `insert into devices (user_id, device_id, name) values ($1, $2, $3)
         on conflict (user_id, device_id) do update set name = excluded.name`,
        [data.user_id, data.device_id, isErased(data.name) ? null : data.name],
      );
    },
    DeviceTrusted: (tx, { data }) => trust(tx, data, true),
    DeviceDistrusted: (tx, { data }) => trust(tx, data, false),
    async DeviceRemoved(tx, { data }) {
      await actFor(tx, String(data.user_id));
      await tx.query('delete from devices where user_id = $1 and device_id = $2', [data.user_id, data.device_id]);
    },
    async SubjectErased(tx, { data }) {
      // Sessions are the person's, whichever account they work in.
      if (data.account_id !== null) return;
      await actFor(tx, String(data.user_id));
      await tx.query('delete from sessions where user_id = $1', [data.user_id]);
      await tx.query('delete from devices where user_id = $1', [data.user_id]);
    },
  },
};

async function trust(tx: Tx, data: Readonly<Record<string, unknown>>, trusted: boolean): Promise<void> {
  await actFor(tx, String(data.user_id));
  await tx.query(
    `insert into devices (user_id, device_id, trusted) values ($1, $2, $3)
     on conflict (user_id, device_id) do update set trusted = excluded.trusted`,
    [data.user_id, data.device_id, trusted],
  );
}
