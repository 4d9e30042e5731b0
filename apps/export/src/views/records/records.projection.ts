import { allEvents, type EventContract } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import type { Projection, Tx } from '@annals/postgres';

const schema = 'records_v1';

/**
 * Facts that hold marked data about a person. What clients tell is not among them: it is the person's activity log, whose
 * retention is its own.
 */
export const recordedContracts: readonly EventContract[] = allEvents.filter(
  ({ category, personalFields }) => personalFields.length > 0 && category !== 'tracked',
);
/** A mark on an event that was written before without one takes a new version; a new event takes none. */
const subjects = new Map(recordedContracts.map(({ type, subject }) => [type, subject!]));

/** What a fact is held for: the account whose data it is, or none. The keys of people say it alike. */
const accountOf = ({ data }: StoredEvent) => (data.account_id as string | null | undefined) ?? null;

async function note(tx: Tx, event: StoredEvent): Promise<void> {
  const subject = event.data[subjects.get(event.type)!];
  // Of an attempt that names nobody who is known.
  if (typeof subject !== 'string') return;
  await tx.query(
    `insert into ${schema}.record (subject, account, commit_pos, prepare_pos, stream, revision)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [
      ...[subject, accountOf(event), event.position.commit.toString(), event.position.prepare.toString()],
      ...[event.stream, event.revision.toString()],
    ],
  );
}

/**
 * Where facts about each person stand: nothing of what they say. So an export has every value that was ever recorded
 * about somebody, whichever event holds it. The rows are no tenant's: who reads them says for which account.
 */
export const records: Projection = {
  name: 'records',
  version: 1,
  categories: [...new Set([...recordedContracts.map(({ category }) => category), 'erased'])],
  tables: (name) => `
    create table ${name}.record (
      subject text not null,
      account uuid,
      commit_pos numeric(20) not null,
      prepare_pos numeric(20) not null,
      stream text not null,
      revision bigint not null,
      primary key (subject, commit_pos, prepare_pos)
    );
  `,
  on: {
    ...Object.fromEntries(recordedContracts.map(({ type }) => [type, note])),
    SubjectErased: async (tx, { data }) => {
      await tx.query(`delete from ${schema}.record where subject = $1 and account is not distinct from $2`, [
        data.user_id,
        data.account_id,
      ]);
    },
  },
};

export interface RecordPlace {
  stream: string;
  revision: string;
  commit_pos: string;
  prepare_pos: string;
}

/** Where the facts about a person stand that an account holds, and those that are held for none, in pages from the oldest on. */
export async function recordsAfter(
  tx: Pick<Tx, 'query'>,
  { accountId, userId }: { accountId: string; userId: string },
  after: Pick<RecordPlace, 'commit_pos' | 'prepare_pos'> | null,
  limit: number,
): Promise<RecordPlace[]> {
  const { rows } = await tx.query<RecordPlace>(
    `select stream, revision, commit_pos, prepare_pos from ${schema}.record
     where subject = $1 and (account = $2 or account is null) and (commit_pos, prepare_pos) > ($3, $4)
     order by commit_pos, prepare_pos limit $5`,
    [userId, accountId, after?.commit_pos ?? '-1', after?.prepare_pos ?? '-1', limit],
  );
  return rows;
}
