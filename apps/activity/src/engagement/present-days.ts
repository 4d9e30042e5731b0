import { type Tx } from '@annals/postgres';
import { quarterMs } from '../local-time/clock.js';

/** A day of UTC has no other number. */
export const quartersOfDay = 96;

/** The quarter hours of one day (UTC) in which somebody was there. */
export interface PresentDay {
  member: string;
  day: string;
  quarters: Set<number>;
  /** Beginning of the first of them, in milliseconds. */
  first: number;
}

export interface PresentDays {
  /** @param at RFC 3339 */
  note(member: string, at: string): void;
  all(): PresentDay[];
}

/** Gathers who was there when; order does not matter, nor does saying the same again. */
export function presentDays(): PresentDays {
  const days = new Map<string, PresentDay>();
  return {
    note(member, at) {
      const quarter = Math.floor(Date.parse(at) / quarterMs);
      const first = quarter * quarterMs;
      const day = new Date(first).toISOString().slice(0, 10);
      const key = `${member} ${day}`;
      const known = days.get(key) ?? { member, day, quarters: new Set(), first };
      known.quarters.add(quarter % quartersOfDay);
      known.first = Math.min(known.first, first);
      days.set(key, known);
    },
    all: () => [...days.values()],
  };
}

/** Adds to what is known of the days, in the scope of their account. */
export async function writeDays(tx: Tx, accountId: string, days: readonly PresentDay[]): Promise<void> {
  if (days.length === 0) return;
  const columns = [
    days.map(({ member }) => member),
    days.map(({ day }) => day),
    days.map(({ quarters }) => bitsOf(quarters)),
    days.map(({ first }) => new Date(first).toISOString()),
  ];
  await Promise.all([
    tx.query(
      `insert into presence (account_id, member, day, quarters)
       select $1::uuid, u.member, u.day, u.quarters::bit(${quartersOfDay})
       from unnest($2::bytea[], $3::date[], $4::text[]) as u(member, day, quarters)
       on conflict (account_id, member, day) do update set quarters = presence.quarters | excluded.quarters
       where presence.quarters | excluded.quarters <> presence.quarters`,
      [accountId, ...columns.slice(0, 3)],
    ),
    tx.query(
      `insert into members (account_id, member, first_seen)
       select $1::uuid, u.member, min(u.first) from unnest($2::bytea[], $3::timestamptz[]) as u(member, first)
       group by u.member
       on conflict (account_id, member) do update set first_seen = excluded.first_seen
       where excluded.first_seen < members.first_seen`,
      [accountId, columns[0], columns[3]],
    ),
  ]);
}

/** As PostgreSQL reads a `bit` from text: the first quarter hour comes first. */
export function bitsOf(quarters: ReadonlySet<number>): string {
  return Array.from({ length: quartersOfDay }, (_, quarter) => (quarters.has(quarter) ? '1' : '0')).join('');
}
