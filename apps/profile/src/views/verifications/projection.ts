import { isErased, type StoredEvent } from '@annals/event-store';
import { type Projection, tenantTable, type Tx } from '@annals/postgres';

/**
 * The latest verification of each person, for those who decide; and since when evidence is kept that nobody needs, which
 * is how what is due is found across accounts.
 */
export const verificationList: Projection = {
  name: 'verifications',
  version: 1,
  categories: ['verification', 'erased'],
  tables: (schema) => `
    create table ${schema}.verifications (
      account_id uuid not null,
      user_id uuid not null,
      verification_id uuid not null,
      status text not null,
      fields text[] not null,
      requested_at timestamptz not null,
      decided_at timestamptz,
      decided_by_id uuid,
      primary key (account_id, user_id)
    );
    create unique index on ${schema}.verifications (account_id, verification_id);
    create index on ${schema}.verifications (account_id, requested_at, verification_id);
    create index on ${schema}.verifications (account_id, status, requested_at, verification_id);
    ${tenantTable(`${schema}.verifications`)}
    create table ${schema}.kept (
      person text not null,
      item text not null,
      since timestamptz not null,
      primary key (person, item)
    );
    create index on ${schema}.kept (since);
    comment on table ${schema}.kept is 'documents by id, and what was said as "request"; infinity while a request is open';
  `,
  on: {
    VerificationRequested: request,
    VerificationWithdrawn: withdraw,
    VerificationApproved: (tx, event) => decide(tx, event, 'approved'),
    VerificationRejected: (tx, event) => decide(tx, event, 'rejected'),
    VerificationLapsed: (tx, { data }) => become(tx, data, 'lapsed'),
    VerificationEvidenceExpired: (tx, { data }) => forget(tx, data, said),
    VerificationDocumentAdded: keepDocument,
    VerificationDocumentRemoved: (tx, { data }) => forget(tx, data, data.document_id),
    async SubjectErased(tx, { data }) {
      const { account_id, user_id } = data;
      if (account_id === null) return;
      await tx.query('delete from verifications where account_id = $1 and user_id = $2', [account_id, user_id]);
      await tx.query('delete from kept where person = $1', [personOf(data)]);
    },
  },
};

type Data = StoredEvent['data'];

/** What stands for statements and links. */
const said = 'request';
const personOf = ({ account_id, user_id }: Data) => `${String(account_id)}_${String(user_id)}`;

async function request(tx: Tx, { data }: StoredEvent): Promise<void> {
  const person = personOf(data);
  await tx.query(
    `insert into verifications (account_id, user_id, verification_id, status, fields, requested_at)
     values ($1, $2, $3, 'requested', $4, $5)
     on conflict (account_id, user_id) do update set verification_id = excluded.verification_id,
       status = excluded.status, fields = excluded.fields, requested_at = excluded.requested_at,
       decided_at = null, decided_by_id = null`,
    [data.account_id, data.user_id, data.verification_id, data.fields, data.updated_at],
  );
  await tx.query(
    `insert into kept (person, item, since) values ($1, $2, 'infinity')
     on conflict (person, item) do update set since = excluded.since`,
    [person, said],
  );
  await tx.query(`update kept set since = 'infinity' where person = $1`, [person]);
}

async function withdraw(tx: Tx, { data }: StoredEvent): Promise<void> {
  await become(tx, data, 'withdrawn');
  await forget(tx, data, said);
  await release(tx, data);
}

async function decide(tx: Tx, { data }: StoredEvent, status: string): Promise<void> {
  await tx.query(
    `update verifications set status = $4, decided_at = $5, decided_by_id = $6
     where account_id = $1 and user_id = $2 and verification_id = $3`,
    [...idsOf(data), status, data.updated_at, data.decided_by_id],
  );
  await release(tx, data);
}

async function become(tx: Tx, data: Data, status: string): Promise<void> {
  await tx.query(
    'update verifications set status = $4 where account_id = $1 and user_id = $2 and verification_id = $3',
    [...idsOf(data), status],
  );
}

const idsOf = ({ account_id, user_id, verification_id }: Data) => [account_id, user_id, verification_id];

/** Nobody needs it from now on. */
async function release(tx: Tx, data: Data): Promise<void> {
  await tx.query(`update kept set since = $2 where person = $1 and since = 'infinity'`, [
    personOf(data),
    data.updated_at,
  ]);
}

/** A document is kept as long as what it may be for: while a request is open, there is no end. */
async function keepDocument(tx: Tx, { data }: StoredEvent): Promise<void> {
  if (isErased(data.document_id)) return;
  await tx.query(
    `insert into kept (person, item, since)
     select $1, $2, coalesce((select max(since) from kept where person = $1 and since = 'infinity'), $3)
     on conflict (person, item) do nothing`,
    [personOf(data), data.document_id, data.updated_at],
  );
}

async function forget(tx: Tx, data: Data, item: unknown): Promise<void> {
  if (isErased(item)) return;
  await tx.query('delete from kept where person = $1 and item = $2', [personOf(data), item]);
}
