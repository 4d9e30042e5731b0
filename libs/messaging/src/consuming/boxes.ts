import { headers as names } from '@annals/contracts';
import { parkedRows, type ParkedBox } from '@annals/postgres';
import { type MessageReader } from '../message-context.js';
import { type Handling } from './handle-batch.js';
import { retryKey } from './retry-parked.js';
import { retryLetter } from './retry-letter.js';

/** One row per key that is held up: its first message, and how many wait behind it. */
const keys = `
  select k.id as n, k.grp as source, k.topic as origin, k.key, f.id as cause_id, f.type as cause_type,
         f.headers ->> $2 as account, k.reason as error, k.attempts, k.parked_at, null::timestamptz as retry_at,
         true as retryable, coalesce(f.headers, '{}') as headers,
         (select greatest(count(*) - 1, 0)::int from parked_messages m
          where m.grp = k.grp and m.topic = k.topic and m.key = k.key) as waiting
  from parked_keys k left join lateral (
    select id, type, headers from parked_messages m where m.grp = k.grp and m.topic = k.topic and m.key = k.key
    order by part, off limit 1) f on true
  where k.grp = $1`;

const letters = `
  select id as n, grp as source, topic as origin, key, message_id as cause_id, type as cause_type,
         headers ->> $2 as account, reason as error, attempts, refused_at as parked_at, null::timestamptz as retry_at,
         value is not null as retryable, headers, 0 as waiting
  from dead_letters where grp = $1`;

/** Keys whose messages a group could not handle. Trying again is done by the time it resolves. */
export const keyBox = (handling: Handling, reader: MessageReader): ParkedBox => ({
  ...parkedRows(handling.pool, keys, [handling.group, names.accountId]),
  async retry(number) {
    const { rows } = await handling.pool.query<{ topic: string; key: string }>(
      'select topic, key from parked_keys where grp = $1 and id = $2::bigint',
      [handling.group, number],
    );
    if (!rows[0]) return false;
    await retryKey(handling, reader, rows[0].topic, rows[0].key);
    return true;
  },
});

/** Messages of a group that no handler saw. Trying again is done by the time it resolves. */
export const letterBox = (handling: Handling, reader: MessageReader): ParkedBox => ({
  ...parkedRows(handling.pool, letters, [handling.group, names.accountId]),
  retry: (number) => retryLetter(handling, reader, number),
});
