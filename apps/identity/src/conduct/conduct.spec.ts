import { randomUUID } from 'node:crypto';
import { apiKeyPrincipal } from '@annals/auth';
import { Conduct, type ConductFact } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import { requestContext, rowsOf, startTestStores } from '@annals/testing';
import { countUses } from '../permission-use/count-uses.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { conductStream } from './record-conduct.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));

const acme = '018f0000-0000-7000-8000-00000000000a';
const ada = '018f0000-0000-7000-8000-0000000000a1';
const session_id = '018f0000-0000-7000-8000-0000000000c1';

type Denied = Extract<ConductFact, { type: 'AccessDenied' }>['data'];

const asked = {
  ...{ account_id: acme, user_id: ada, principal: null, method: 'GET', route: '/users', operation: 'listUsers' },
  times: 1,
};
const conduct = (fact: ConductFact, by: Partial<Conduct['by']> = {}): Conduct =>
  Conduct.parse({
    ...{ id: randomUUID(), fact, request: requestContext() },
    by: { kind: 'user', session_id, temporary_roles: [], elevation_id: null, ...by },
  });
const denial = (over: Partial<Denied> = {}, by: Partial<Conduct['by']> = {}): Conduct =>
  conduct({ type: 'AccessDenied', data: { ...asked, code: 'role-required', required: 'MANAGER', ...over } }, by);

async function tell(path: string, body: unknown, headers?: Record<string, string>): Promise<number> {
  const answer = await fetch(`${service().url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(headers ?? (await service().asGateway())) },
    body: JSON.stringify(body),
  });
  return answer.status;
}
async function recorded(stream: string): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for await (const event of service().identity.store.readStream(stream)) found.push(event);
  return found;
}

describe('denials that a gateway tells', () => {
  it('stand in the account, in the name and with the request of whoever was denied', async () => {
    const one = denial({}, { temporary_roles: ['EDITOR'] });
    expect(await tell('/internal/conduct', { conduct: [one] })).toBe(204);
    const [event] = await recorded(`denial-${acme}_${ada}`);
    expect(event).toMatchObject({
      type: 'AccessDenied',
      data: one.fact.data,
      metadata: {
        ...{ account_id: acme, request_id: one.request.request_id, occurred_at: one.request.timestamp },
        actor: { kind: 'user', user_id: ada, session_id, temporary_roles: ['EDITOR'] },
        client: { user_agent: 'jest' },
      },
    });
  });

  it('are recorded once, however often they are told, and all of a batch', async () => {
    const user_id = randomUUID();
    const denials = Array.from({ length: 20 }, () => denial({ user_id }));
    for (const half of [denials.slice(0, 10), denials, denials]) {
      expect(await tell('/internal/conduct', { conduct: half })).toBe(204);
    }
    expect(await recorded(`denial-${acme}_${user_id}`)).toHaveLength(20);
  });

  it('of a service account name it', async () => {
    const key = randomUUID();
    const principal = apiKeyPrincipal(key);
    const one = denial({ user_id: null, principal }, { kind: 'service', session_id: null });
    await tell('/internal/conduct', { conduct: [one] });
    const [event] = await recorded(`denial-${acme}_${key}`);
    expect(event!.metadata.actor).toMatchObject({ kind: 'service', principal, user_id: null });
  });

  it('of no account stand in none', () => {
    expect(conductStream(denial({ account_id: null }))).toBe(`none_${ada}`);
  });

  it('come from gateways alone, and not too many at once', async () => {
    expect(await tell('/internal/conduct', { conduct: [denial()] }, {})).toBe(401);
    expect(await tell('/internal/conduct', { conduct: [] })).toBe(400);
    expect(await tell('/internal/conduct', { conduct: Array.from({ length: 501 }, () => denial()) })).toBe(400);
    const people = Array.from({ length: 40 }, () => randomUUID());
    const full = Array.from({ length: 500 }, (_, index) => denial({ user_id: people[index % people.length] }));
    expect(await tell('/internal/conduct', { conduct: full })).toBe(204);
  });
});

describe('what else a gateway tells', () => {
  const user_id = randomUUID();
  const facts: ConductFact[] = [
    { type: 'CommandRejected', data: { ...asked, user_id, status: 409, code: 'name-taken' } },
    { type: 'CommandChangedNothing', data: { ...asked, user_id, status: 200 } },
    { type: 'PersonalDataRead', data: { ...asked, user_id, subject_id: ada, thing_id: null } },
  ];

  it('stands in streams of the person’s day, each once', async () => {
    const told = facts.map((fact) => conduct(fact));
    const day = told[0]!.request.timestamp.slice(0, 10).replaceAll('-', '');
    for (const batch of [told, told]) expect(await tell('/internal/conduct', { conduct: batch })).toBe(204);
    const typesOf = async (stream: string) => (await recorded(stream)).map(({ type }) => type);
    expect(await typesOf(`attempt-${acme}_${user_id}_${day}`)).toEqual(['CommandRejected', 'CommandChangedNothing']);
    expect(await typesOf(`reading-${acme}_${user_id}_${day}`)).toEqual(['PersonalDataRead']);
  });

  it('is nothing but those facts', async () => {
    const made = { ...conduct(facts[0]!), fact: { type: 'UserDeleted', data: { user_id } } };
    expect(await tell('/internal/conduct', { conduct: [made] })).toBe(400);
  });
});

describe('uses of permissions that a gateway counted', () => {
  const use = (over: object = {}) => ({
    ...{ account_id: acme, user_id: ada, permission: 'READ_PII', uses: 2, last_used_at: '2026-03-01T12:00:00.000Z' },
    ...over,
  });
  const rows = (account: string) =>
    rowsOf<{ user_id: string; permission: string; uses: string; last_used_at: Date }>(
      service().identity.pool,
      account,
      'select user_id, permission, uses, last_used_at from permission_uses order by permission',
    );

  it('add up, each batch once, and keep the latest use', async () => {
    const batch = { id: randomUUID(), uses: [use(), use({ permission: 'MANAGER', uses: 1 })] };
    const earlier = { id: randomUUID(), uses: [use({ uses: 3, last_used_at: '2026-02-01T12:00:00.000Z' })] };
    for (const body of [batch, batch, earlier]) expect(await tell('/internal/permission-uses', body)).toBe(204);
    const last_used_at = new Date('2026-03-01T12:00:00.000Z');
    expect(await rows(acme)).toEqual([
      { user_id: ada, permission: 'MANAGER', uses: '1', last_used_at },
      { user_id: ada, permission: 'READ_PII', uses: '5', last_used_at },
    ]);
  });

  it('are each account’s own', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const uses = [use({ account_id: one }), use({ account_id: other, uses: 7 })];
    await countUses(service().identity.pool, { id: randomUUID(), uses }, '2026-03-01T12:00:00.000Z');
    expect([(await rows(one)).map((row) => row.uses), (await rows(other)).map((row) => row.uses)]).toEqual([
      ['2'],
      ['7'],
    ]);
  });

  it('come from gateways alone', async () =>
    expect(await tell('/internal/permission-uses', { id: randomUUID(), uses: [use()] }, {})).toBe(401));
});
