import { type StoredEvent } from '@annals/event-store';
import { type Projection, tenantTable, type Tx } from '@annals/postgres';
import { memberOf } from '../analytics/member.js';
import { accountOfRows } from '../erasure/erased.js';

/** Where its table is. */
export const feedbackAnswers = { name: 'feedback_answers', version: 1 } as const;

/**
 * What people answered, by pseudonym and without their words. An answer is given in order to be counted, so it counts
 * whatever its person decided about the recording of what they do; they take it back by withdrawing it.
 */
export const feedbackProjection = (secret: Uint8Array): Projection => ({
  ...feedbackAnswers,
  categories: ['feedback', 'erased'],
  open: false,
  accountOf: accountOfRows,
  tables: (schema) => `
    create table ${schema}.answers (
      account_id uuid not null,
      id uuid not null,
      member bytea not null,
      topic text,
      rating int not null,
      given_at timestamptz not null,
      primary key (account_id, id)
    );
    create index on ${schema}.answers (account_id, given_at);
    create index on ${schema}.answers (account_id, member, given_at);
    ${tenantTable(`${schema}.answers`)}
  `,
  on: {
    FeedbackGiven: (tx, event) => give(tx, event, secret),
    FeedbackChanged: change,
    FeedbackWithdrawn: withdraw,
    SubjectErased: (tx, event) => forget(tx, event, secret),
  },
});

/** Times are as coarse as all of analytics: to the quarter hour. */
async function give(tx: Tx, { data }: StoredEvent, secret: Uint8Array): Promise<void> {
  const member = memberOf(secret, String(data.account_id), String(data.user_id));
  await tx.query(
    `insert into answers (account_id, id, member, topic, rating, given_at)
     values ($1, $2, $3, $4, $5, date_bin('15 minutes', $6::timestamptz, 'epoch'))`,
    [data.account_id, data.feedback_id, member, data.topic, data.rating, data.given_at],
  );
}

async function change(tx: Tx, { data: { account_id, feedback_id, rating } }: StoredEvent): Promise<void> {
  await tx.query('update answers set rating = $3 where account_id = $1 and id = $2', [account_id, feedback_id, rating]);
}

async function withdraw(tx: Tx, { data: { account_id, feedback_id } }: StoredEvent): Promise<void> {
  await tx.query('delete from answers where account_id = $1 and id = $2', [account_id, feedback_id]);
}

/** What belongs to no account holds no answers. */
async function forget(tx: Tx, { data: { account_id, user_id } }: StoredEvent, secret: Uint8Array): Promise<void> {
  if (typeof account_id !== 'string') return;
  const member = memberOf(secret, account_id, String(user_id));
  await tx.query('delete from answers where account_id = $1 and member = $2', [account_id, member]);
}
