import { serviceIdentity } from '@annals/auth';
import { AuditProof, SubjectErased, type CurrentUserContext } from '@annals/contracts';
import { decodeTokens, encodeTokens, holderOf, streamName, uuidv7 } from '@annals/event-store';
import { entryHash, includes } from '@annals/ledger';
import { createPool, migrate, type Projection, projectionSchema, runProjection } from '@annals/postgres';
import { signedIn } from '@annals/testing';
import { dayOf, trackedDay } from '../activity/tracked.js';
import { memberOf } from '../analytics/member.js';
import { parts } from '../parts.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { bytes, headOf, onceSigned, verifiedRound } from '../testing/proven.js';

const under = activityUnderTest();
const now = () => new Date().toISOString();
/** Of all facts: usage is counted by quarter hours, and people may tell theirs in two of them. */
const told = now();
const admin = signedIn('ADMIN');
const ada = signedIn('VIEWER', { account_id: admin.account_id });
/** The same person, as another account knows them. */
const adaElsewhere = signedIn('ADMIN', { user_id: ada.user_id });
const others = Array.from({ length: 6 }, () => signedIn('VIEWER', { account_id: admin.account_id }));
const everybody = [admin, ada, adaElsewhere, ...others];

const caughtUp = () => Promise.all(under().runners.map((runner) => runner.caughtUp()));

/** Somebody who consents, tells facts, answers and changes their profile. */
async function lives(who: CurrentUserContext): Promise<void> {
  const { account_id, user_id } = who;
  const id = `${account_id}_${user_id}`;
  const privacy = { account_id, user_id, activity_tracking: true, updated_at: now() };
  await under().happened(who, 'profile', id, [{ type: 'ProfilePrivacyChanged', data: privacy }], now());
  await caughtUp();
  const facts = { body: [{ type: 'canary', data: { word: `Kanarienvogel ${user_id}` }, occurred_at: told }] };
  expect((await under().service.call('POST', '/users/activity', who, facts)).json).toMatchObject({ accepted: 1 });
  const answer = { body: { rating: 2, comment: 'Kanarienvogel' } };
  expect((await under().service.call('POST', '/users/activity/feedback', who, answer)).status).toBe(200);
  const renamed = { account_id, user_id, name: 'Kanarienvogel', updated_at: now() };
  await under().happened(who, 'profile', id, [{ type: 'ProfileUpdated', data: renamed }], now());
}

async function erase(person: string, accountId: string | null): Promise<string> {
  const { keys } = under().stores;
  const holder = holderOf(person, accountId);
  await keys.fence(holder);
  const data = {
    ...{ account_id: accountId, user_id: person, erasure_id: uuidv7(), erased_at: now() },
    key_fingerprints: await keys.fingerprints(holder),
  };
  const by: CurrentUserContext = {
    ...admin,
    kind: 'service',
    user_id: null,
    principal: 'svc:erasure',
    session_id: null,
  };
  const id = accountId ? `${accountId}_${person}` : person;
  const as = { ...by, account_id: accountId };
  const seen = await under().happened(as, 'erased', id, [{ type: SubjectErased.type, data }], now());
  await keys.destroy(holder);
  under().stores.store.forget(person);
  return seen;
}

const ask = (positions: string, holders: object[]) =>
  under().service.asExport('POST', '/internal/erasures', serviceIdentity('svc:export'), {
    ...{ erasure_id: uuidv7(), holders, positions },
  });

const models = (): Projection[] => parts.flatMap((part) => part.projections?.(under().config) ?? []);

/** Every row of every table of a read model, in order; who reads is kept from nothing. */
async function rowsOf(projection: Projection): Promise<Record<string, string[]>> {
  const pool = createPool({ url: under().stores.database.superuserUrl, applicationName: 'search', max: 1 });
  try {
    const { rows: tables } = await pool.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = $1::regnamespace and relkind in ('r', 'p')
         and not relispartition order by relname`,
      [projectionSchema(projection)],
    );
    const found: Record<string, string[]> = {};
    for (const { name } of tables) {
      const text = `select t::text as text from ${projectionSchema(projection)}.${name} t order by 1`;
      found[name] = (await pool.query<{ text: string }>(text, [])).rows.map((row) => row.text);
    }
    return found;
  } finally {
    await pool.end();
  }
}

/** Builds a read model anew beside the present one, as a new version of it would be. */
async function rebuilt(projection: Projection, version: number): Promise<Record<string, string[]>> {
  const { database, store } = under().stores;
  const next = { ...projection, version };
  await migrate(database.ownerUrl, {
    ...{ service: 'activity', migrations: [], projections: [next], appRole: 'activity_app' },
  });
  const runner = runProjection({ projection: next, pool: database.pool, store });
  await runner.caughtUp();
  await runner.stop();
  return rowsOf(next);
}

/** Names of a person in rows of an account: the id, and the pseudonym. */
const namesOf = ({ account_id, user_id }: CurrentUserContext): string[] => [
  user_id!,
  memberOf(under().config.ANALYTICS_SECRET, account_id!, user_id!).slice(2),
];
const about = (who: CurrentUserContext, rows: Record<string, string[]>) =>
  Object.entries(rows).flatMap(([table, lines]) =>
    lines
      .filter((line) => line.includes(who.account_id!) && namesOf(who).some((name) => line.includes(name)))
      .map(() => table),
  );
/** Without the list of those who are to have no log. */
const apartFromErased = ({ erased_people: _people, ...rows }: Record<string, string[]>) => rows;
/** Those in which a person stands for themselves; the audit log keeps their pseudonym and ciphertext. */
const clearModels = () => models().filter(({ name }) => !['audit_log'].includes(name));

/** Without what is kept for each stream that there is: those that were closed are there until the store takes them. */
const apartFromClosed = ({ fact_days: _days, last_values = [], ...rows }: Record<string, string[]>) => ({
  ...rows,
  last_values: last_values.filter((line) => !line.startsWith(`(tracked-${ada.account_id}_${ada.user_id}`)),
});

async function provenEntry(): Promise<AuditProof> {
  const { json } = await under().get('/audit-logs?sort_order=asc&limit=100', admin);
  const entries = json.data as { id: string; user_id: string | null }[];
  const adas = entries.find((entry) => JSON.stringify(entry).includes(ada.user_id!))!;
  return AuditProof.parse((await onceSigned(() => under().get(`/audit-logs/${adas.id}/proof`, admin))).json);
}

function verify({ entry, path, checkpoint, verifier }: AuditProof): string {
  const { hash, ...canonical } = entry as { hash: string; seq: number; prev_hash: string };
  expect(entryHash(canonical).toString('hex')).toBe(hash);
  verifiedRound(checkpoint, verifier);
  const { size, root } = headOf(checkpoint);
  expect(includes({ leaf: bytes(hash), index: canonical.seq, size, root, path: path.map(bytes) })).toBe(true);
  return hash;
}

describe('a person who is erased in an account', () => {
  let before: Record<string, Record<string, string[]>>;
  let hash: string;
  let seen: string;

  beforeAll(async () => {
    for (const who of everybody) await lives(who);
    await caughtUp();
    before = Object.fromEntries(
      await Promise.all(models().map(async (model) => [model.name, await rowsOf(model)] as const)),
    );
    hash = verify(await provenEntry());
    seen = await erase(ada.user_id!, ada.account_id);
    await caughtUp();
  }, 180_000);

  it('stood in the read models before, and stands in none of them now but in the audit log, sealed', async () => {
    const holding = clearModels().filter((model) => about(ada, before[model.name]!).length > 0);
    expect(holding.map(({ name }) => name).sort()).toEqual(
      ['activity_log', 'feedback_answers', 'presence', 'retention', 'tracking_consents', 'usage'].sort(),
    );
    await ask(seen, [{ account_id: ada.account_id, user_id: ada.user_id }]);
    for (const model of clearModels())
      expect([model.name, about(ada, apartFromErased(await rowsOf(model)))]).toEqual([model.name, []]);
  });

  it('leaves what there is of others, and of themselves in another account, as it was', async () => {
    for (const model of clearModels().filter(({ name }) => name !== 'usage')) {
      const rows = await rowsOf(model);
      for (const who of [admin, adaElsewhere, ...others]) {
        const theirs = (all: Record<string, string[]>) =>
          Object.values(all)
            .flat()
            .filter((line) => line.includes(who.account_id!) && namesOf(who).some((name) => line.includes(name)));
        expect([model.name, theirs(rows)]).toEqual([model.name, theirs(before[model.name]!)]);
      }
    }
    const words = (await under().get('/users/activity', adaElsewhere)).text;
    expect(words).toContain(`Kanarienvogel ${ada.user_id}`);
  });

  it('is taken out of what was counted, whose other people are still enough', async () => {
    const usage = models().find(({ name }) => name === 'usage')!;
    const cells = (all: Record<string, string[]>) =>
      all.usage_cells!.filter((line) => line.includes(admin.account_id!) && line.includes('canary'));
    const [cell] = cells(await rowsOf(usage));
    expect(cells(before.usage!)[0]).toContain(',8,');
    expect(cell).toContain(',7,');
    expect(cell!.match(/\\\\x[0-9a-f]{32}/g)).toHaveLength(5);
  });

  it('has streams of facts that are closed, told once', async () => {
    const days = before.retention!.fact_days!.filter((line) => about(ada, { fact_days: [line] }).length > 0);
    expect(days).toHaveLength(1);
    const [day = ''] = /\d{4}-\d\d-\d\d(?=,)/.exec(days[0]!)!;
    const stream = streamName(trackedDay.category, dayOf({ account_id: ada.account_id!, user_id: ada.user_id! }, day));
    const read = async () => {
      for await (const _event of under().stores.store.readStream(stream)) return;
    };
    await expect(read()).rejects.toMatchObject({ code: 'stream-deleted' });
    const again = await ask(seen, [{ account_id: ada.account_id, user_id: ada.user_id }]);
    expect([again.status, again.json]).toEqual([200, { removed: { tracked_days: 0 } }]);
  });

  it('gets no log by what is still done about them', async () => {
    const ids = { account_id: ada.account_id, export_id: uuidv7(), user_id: ada.user_id };
    const cancelled = [{ type: 'ExportCancelled', data: { ...ids, cancelled_at: now() } }];
    await under().happened(admin, 'export', `${ada.account_id}_${ids.export_id}`, cancelled, now());
    await caughtUp();
    const log = models().find(({ name }) => name === 'activity_log')!;
    const { activity_entries = [], erased_people } = await rowsOf(log);
    expect(activity_entries.filter((line) => line.includes(ada.user_id!) && line.includes(ada.account_id!))).toEqual(
      [],
    );
    expect(erased_people).toEqual([`(${ada.account_id},${ada.user_id})`]);
  });

  it('cannot be recorded any more', async () => {
    const facts = { body: [{ type: 'canary', data: {} }] };
    const answer = await under().service.call('POST', '/users/activity', ada, facts);
    expect(answer.json).toMatchObject({ accepted: 0, consented: false });
    await caughtUp();
    for (const model of clearModels())
      expect([model.name, about(ada, apartFromErased(await rowsOf(model)))]).toEqual([model.name, []]);
  });

  it('stays in the audit log, which proves the same entry with the same hash', async () => {
    const proof = await provenEntry();
    expect(verify(proof)).toBe(hash);
    expect(JSON.stringify(proof)).not.toContain('Kanarienvogel');
  });

  it('does not come back when read models are built anew, before and after the store takes its events', async () => {
    await caughtUp();
    for (const [version, scavenge] of [
      [900, false],
      [901, true],
    ] as const) {
      if (scavenge) await under().stores.scavenge();
      for (const model of models()) {
        const [anew, live] = [await rebuilt(model, version), await rowsOf(model)];
        expect([model.name, version, apartFromClosed(anew)]).toEqual([model.name, version, apartFromClosed(live)]);
      }
    }
  }, 180_000);
});

describe('an erasure of what belongs to no account', () => {
  it('takes nothing from accounts, which have erasures of their own', async () => {
    const person = signedIn('VIEWER', { account_id: admin.account_id });
    await lives(person);
    await caughtUp();
    const kept = await Promise.all(clearModels().map(async (model) => about(person, await rowsOf(model))));
    const seen = await erase(person.user_id!, null);
    await caughtUp();
    const answer = await ask(seen, [{ account_id: null, user_id: person.user_id }]);
    expect([answer.status, answer.json]).toEqual([200, { removed: { tracked_days: 0 } }]);
    const left = await Promise.all(clearModels().map(async (model) => about(person, await rowsOf(model))));
    expect(left).toEqual(kept);
  });
});

describe('asking this service to erase', () => {
  it('is for the one that carries erasures out', async () => {
    const positions = encodeTokens(decodeTokens('1-1@erased'));
    const body = { erasure_id: uuidv7(), holders: [{ account_id: null, user_id: uuidv7() }], positions };
    expect(await under().service.inside('POST', '/internal/erasures', body)).toBe(403);
    expect(await under().service.inside('POST', '/internal/erasures', body, admin)).toBe(403);
  });
});
