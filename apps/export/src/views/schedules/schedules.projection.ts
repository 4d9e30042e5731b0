import type { StoredEvent } from '@annals/event-store';
import type { Pool, Projection, Tx } from '@annals/postgres';
import type { Whose } from '../open-exports/open-exports.projection.js';

const schema = 'export_schedules_v1';

const runsNext = async (tx: Tx, { data }: StoredEvent): Promise<void> => {
  await tx.query(`update ${schema}.schedule set next_run_at = $2 where schedule_id = $1`, [
    ...[data.schedule_id, data.next_run_at],
  ]);
};

/**
 * Schedules that run, by when they are due. The rows are no tenant's: the clock asks for what is due in every account, and
 * a person who is deleted is so everywhere. Only the scheduler and the consumer that ends schedules read them; what
 * somebody is shown comes from their own stream.
 */
export const runningSchedules: Projection = {
  name: 'export_schedules',
  version: 1,
  categories: ['exportschedule', 'erased'],
  tables: (name) => `
    create table ${name}.schedule (
      schedule_id uuid primary key,
      account uuid not null,
      owner uuid not null,
      next_run_at timestamptz
    );
    create index on ${name}.schedule (next_run_at);
    create index on ${name}.schedule (account, owner);
    create index on ${name}.schedule (owner);
  `,
  on: {
    ExportScheduleCreated: async (tx, { data }) => {
      await tx.query(
        `insert into ${schema}.schedule (schedule_id, account, owner, next_run_at) values ($1, $2, $3, $4)
         on conflict (schedule_id) do nothing`,
        [data.schedule_id, data.account_id, data.user_id, data.next_run_at],
      );
    },
    ExportScheduleFired: runsNext,
    ExportScheduleSkipped: runsNext,
    ExportScheduleEnded: async (tx, { data }) => {
      await tx.query(`delete from ${schema}.schedule where schedule_id = $1`, [data.schedule_id]);
    },
    SubjectErased: async (tx, { data }) => {
      await tx.query(`delete from ${schema}.schedule where owner = $1 and account = $2`, [
        ...[data.user_id, data.account_id],
      ]);
    },
  },
};

export interface RunningSchedule {
  schedule_id: string;
  account: string;
  owner: string;
}

/** Schedules that are due at a moment, the longest first. */
export async function dueSchedules(pool: Pool, now: Date, limit: number): Promise<RunningSchedule[]> {
  const { rows } = await pool.query<RunningSchedule>(
    `select schedule_id, account, owner from ${schema}.schedule where next_run_at <= $1 order by next_run_at limit $2`,
    [now, limit],
  );
  return rows;
}

/** Whose schedules run, among these: one row for each person in an account. */
export async function scheduledPeople(
  tx: Tx,
  { account, owner }: Whose,
): Promise<{ account: string; owner: string }[]> {
  const { rows } = await tx.query<{ account: string; owner: string }>(
    `select distinct account, owner from ${schema}.schedule
     where ($1::uuid is null or account = $1) and ($2::uuid is null or owner = $2)`,
    [account, owner],
  );
  return rows;
}
