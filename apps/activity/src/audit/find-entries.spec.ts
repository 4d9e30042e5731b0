import { AuditQuery, type AuditEntry, type CurrentUserContext, type DomainEvent } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { createPool } from '@annals/postgres';
import { signedIn } from '@annals/testing';
import { countedRows } from '../log/read-log.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { auditTable } from './audit-table.js';
import { auditPart } from './part.js';

const under = activityUnderTest([auditPart]);
const admin = signedIn('ADMIN');
const { account_id } = admin;

type List = { data: AuditEntry[]; meta: Record<string, unknown> };
const list = async (query: string, who = admin, seen = '') =>
  (await under().get(`/audit-logs?${query}`, who, seen)).json as unknown as List;

const changed = (who: CurrentUserContext, name: string, now?: string) => {
  const data = { account_id: who.account_id, user_id: who.user_id, updated_at: '2026-03-01T12:00:00.000Z', name };
  return under().happened(who, 'profile', `${who.account_id}_${who.user_id}`, [{ type: 'ProfileUpdated', data }], now);
};

describe('finding audit entries', () => {
  const elevation_id = uuidv7();
  const visitor = signedIn('ADMIN', {
    ...{ account_id, elevation_id, temporary_roles: ['EDITOR'], user_agent: 'Mozilla/5.0 (100%_sure)' },
    ...{ request_id: 'r-1', transaction_id: 't-1', correlation_id: 'c-1', causation_id: 'd-1' },
  });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const service = signedIn('VIEWER', { account_id, kind: 'service', principal: 'svc:export' });
  let entries: AuditEntry[] = [];

  beforeAll(async () => {
    await changed(admin, 'first', '2026-01-01T00:00:00.000Z');
    await changed(service, 'second', '2026-02-01T00:00:00.000Z');
    const { session_id, user_id } = visitor;
    const started: DomainEvent = {
      type: 'ElevationStarted',
      data: {
        ...{ elevation_id, session_id, user_id, account_id, reason: 'Looking for the 100%_Lost letter' },
        expires_at: '2026-03-01T13:00:00.000Z',
      },
    };
    const seen = await under().happened(visitor, 'session', session_id!, [started]);
    entries = (await list('sort_order=asc', admin, seen)).data;
    await asOwner(`update ${auditTable} set trace_id = $2 where id = $1`, [entries[2]!.id, traceId]);
  });

  /** By filter: a query that only the third entry answers, given that entry. */
  const wanted: Record<string, (entry: AuditEntry) => string> = {
    entity: ({ entity }) => entity,
    entity_id: ({ entity_id }) => entity_id,
    event_type: () => 'ElevationStarted',
    stream: ({ stream }) => stream,
    actor: () => visitor.user_id!,
    session_id: () => visitor.session_id!,
    elevation_id: () => elevation_id,
    temporary_role: () => 'EDITOR',
    transaction_id: ({ transaction_id }) => transaction_id,
    request_id: ({ request_id }) => request_id,
    correlation_id: ({ correlation_id }) => correlation_id,
    causation_id: ({ causation_id }) => causation_id,
    command_id: ({ command_id }) => command_id,
    trace_id: () => traceId,
    reason: () => '100%_lost',
    user_agent: () => 'mozilla/5.0 (100%_',
    from: () => '2026-03-01T00:00:00Z',
    from_seq: () => '2',
  };

  it.each(Object.keys(wanted))('finds the one entry by %s', async (name) => {
    const value = wanted[name]!(entries[2]!);
    const { data, meta } = await list(`${name}=${encodeURIComponent(value)}`);
    expect([data.map(({ seq }) => seq), meta.total_items]).toEqual([[2], 1]);
  });

  it.each([
    ['action=UPDATE', [2, 1, 0]],
    ['action=DELETE', []],
    ['actor_kind=service', [1]],
    ['principal=svc:export', [1]],
    [`on_behalf_of=${service.user_id}`, [1]],
    ['to=2026-01-15T00:00:00Z', [0]],
    ['to_seq=2', [1, 0]],
    ['from_seq=1&to_seq=2', [1]],
    ['outcome=denied', []],
    ['outcome=success&actor_kind=user', [2, 0]],
    ['reason=letter_', []],
  ])('finds by %s the entries %j', async (query, found) => {
    expect((await list(query)).data.map(({ seq }) => seq)).toEqual(found);
  });

  it('has each filter of the contract tried above', () => {
    const others = ['page', 'limit', 'sort_order', 'cursor', 'log'];
    const tried = [
      ...Object.keys(wanted),
      'action',
      'actor_kind',
      'principal',
      'on_behalf_of',
      'to',
      'to_seq',
      'outcome',
    ];
    expect(Object.keys(AuditQuery.shape).sort()).toEqual([...tried, ...others].sort());
  });

  it('shows an account nothing of another one with the same ids, whatever is asked for', async () => {
    const other = signedIn('ADMIN', { user_id: admin.user_id, session_id: admin.session_id });
    const seen = await changed(other, 'theirs');
    for (const name of Object.keys(wanted)) {
      const query = `${name}=${encodeURIComponent(wanted[name]!(entries[2]!))}`;
      const { data } = await list(query, other, seen);
      expect(data.every((entry) => entry.account_id === other.account_id)).toBe(true);
    }
    expect((await list('', other)).data).toMatchObject([{ seq: 0, prev_hash: '0'.repeat(64) }]);
    expect((await list('')).meta).toMatchObject({ total_items: 3 });
  });
});

describe('pages of the audit log by number', () => {
  const who = signedIn('ADMIN');
  const seqs = async (query: string) => (await list(query, who)).data.map(({ seq }) => seq);
  beforeAll(async () => {
    let seen = '';
    for (let turn = 0; turn < 7; turn++) seen = await changed(who, `Ada ${turn}`);
    await list('', who, seen);
  });

  it('are runs of places, each with the cursor that goes on from there', async () => {
    const desc = await list('limit=3&page=2', who);
    expect(desc.data.map(({ seq }) => seq)).toEqual([3, 2, 1]);
    expect(desc.meta).toMatchObject({
      ...{ current_page: 2, total_items: 7, total_pages: 3, has_previous_page: true, has_next_page: true },
      total_capped: false,
    });
    expect(await seqs(`limit=3&cursor=${String(desc.meta.next_cursor)}`)).toEqual([0]);
    const asc = await list('limit=3&page=2&sort_order=asc', who);
    expect(asc.data.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect(await seqs(`limit=3&sort_order=asc&cursor=${String(asc.meta.next_cursor)}`)).toEqual([6]);
    for (const order of ['asc', 'desc']) {
      const last = await list(`limit=3&page=3&sort_order=${order}`, who);
      expect([last.data.length, last.meta.has_next_page, last.meta.next_cursor]).toEqual([1, false, null]);
      expect(await seqs(`page=9000000000&sort_order=${order}`)).toEqual([]);
    }
  });

  it('begin where retention has left the log to begin', async () => {
    await asOwner(`delete from ${auditTable} where account_id = $1 and seq < 2`, [who.account_id]);
    expect((await list('limit=3', who)).meta).toMatchObject({ total_items: 5, total_pages: 2 });
    expect(await seqs('limit=3&page=2')).toEqual([3, 2]);
    expect(await seqs('limit=2&sort_order=asc')).toEqual([2, 3]);
  });

  it('end at a number of entries where something is filtered, as counting does', async () => {
    const far = await under().get(`/audit-logs?entity=Profile&limit=100&page=${countedRows / 100 + 2}`, who);
    expect([far.status, far.json.code]).toEqual([400, 'page-too-far']);
    expect((await list('entity=Profile&limit=2', who)).meta).toMatchObject({ total_items: 5, total_capped: false });
    await asOwner(
      `insert into ${auditTable} select (jsonb_populate_record(e, jsonb_build_object('seq', 100 + n))).*
       from ${auditTable} e, generate_series(1, $2) n where e.account_id = $1 and e.seq = 6`,
      [who.account_id, countedRows],
    );
    const { meta } = await list('entity=Profile&limit=100&page=200', who);
    expect(meta).toMatchObject({ total_items: countedRows, total_pages: 200, total_capped: true, has_next_page: true });
    expect(meta.next_cursor).not.toBeNull();
  }, 180_000);
});

/** As retention and the tables' owner, whom row-level security does not hold back. */
async function asOwner(text: string, values: unknown[]) {
  const url = under().stores.database.superuserUrl;
  const pool = createPool({ url, applicationName: 'test', max: 1, statementTimeoutMs: 120_000 });
  try {
    return await pool.query(text, values);
  } finally {
    await pool.end();
  }
}

describe('the log of no account', () => {
  const root = signedIn('ADMIN', { is_super_admin: true });
  const ada = signedIn('VIEWER', { account_id: null });

  it('is for super admins only, as a list and one by one', async () => {
    const throttled = { type: 'SignInThrottled', data: { user_id: ada.user_id, failures: 5, row_id: uuidv7() } };
    const seen = await under().happened(ada, 'credential', ada.user_id!, [throttled]);
    const { data, meta } = await list('log=house', root, seen);
    expect(data).toMatchObject([{ event_type: 'SignInThrottled', entity_id: ada.user_id, seq: 0 }]);
    expect(meta).toMatchObject({ total_items: 1 });
    expect((await list('log=house&event_type=SignInThrottled', root)).data).toHaveLength(1);
    expect((await list('', root)).data).toEqual([]);
    const { id } = data[0]!;
    expect((await under().get(`/audit-logs/${id}?log=house`, root)).json).toEqual(data[0]);
    expect((await under().get(`/audit-logs/${id}`, root)).status).toBe(404);
    for (const path of ['/audit-logs?log=house', `/audit-logs/${id}?log=house`]) {
      const refused = await under().get(path, admin);
      expect([refused.status, refused.json.code]).toEqual([403, 'super-admin-required']);
    }
  });
});
