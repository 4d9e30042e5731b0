import { type DomainEvent, type TrackedFact } from '@annals/contracts';
import { assertTenantIsolation, type Pool, type Projection, projectionSchema } from '@annals/postgres';
import { type EventSketch, project, rowsOf, storedEvents, testDatabase } from '@annals/testing';
import { activityLog } from '../activity/projection.js';
import { memberOf } from '../analytics/member.js';
import { usage } from '../analytics/projection.js';
import { presenceProjection } from '../engagement/presence.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';
const secret = Buffer.alloc(32, 7);
const at = '2026-03-01T12:00:00.000Z';
const by = { actor: { user_id: ada, session_id: null, kind: 'user' as const, on_behalf_of: null } };

let batch = 0;
const fact = (word: string): TrackedFact => ({
  ...{ id: `018f0000-0000-7000-8000-${String(++batch).padStart(12, '0')}`, type: word, category: 'navigation' },
  ...{ tags: [], data: {}, occurred_at: at },
});
const event = (type: string, category: string, data: DomainEvent['data'], account_id = acme): EventSketch => ({
  ...{ type, stream: `${category}-${account_id}_${ada}`, account_id, metadata: by },
  data: { account_id, user_id: ada, ...data },
});
const tracked = (word: string, account_id = acme) =>
  event('ActivityTracked', 'tracked', { batch_id: ada, count: 1, facts: [fact(word)] }, account_id);
const consent = (given: boolean, purpose: string) =>
  event(given ? 'ConsentGiven' : 'ConsentWithdrawn', 'consent', { purpose });
const restricted = event('ProcessingRestricted', 'hold', {});
const lifted = event('ProcessingRestrictionLifted', 'hold', {});
const setting = (activity_tracking: boolean) => event('ProfilePrivacyChanged', 'profile', { activity_tracking });

/** A life in which each word is told under other decisions. */
const life = storedEvents([
  ...[setting(true), tracked('by-setting'), consent(false, 'activity_tracking'), tracked('withdrawn')],
  ...[consent(true, 'activity_tracking'), tracked('given'), consent(false, 'usage_analytics'), tracked('uncounted')],
  ...[restricted, tracked('restricted'), consent(true, 'usage_analytics'), tracked('restricted-still')],
  ...[lifted, tracked('lifted'), setting(false), tracked('set-back'), tracked('elsewhere', globex)],
]);
const kept = ['by-setting', 'given', 'lifted', 'uncounted'];

const models = { log: activityLog, usage: usage(secret), presence: presenceProjection(secret) };
const fresh = (projection: Projection) => testDatabase({ service: 'activity', projections: [projection] });
const databases = {
  log: [fresh(models.log), fresh(models.log)],
  usage: [fresh(models.usage), fresh(models.usage)],
  presence: [fresh(models.presence), fresh(models.presence)],
};

const words = async (pool: Pool, account: string) => {
  const text = `select type from ${projectionSchema(activityLog)}.activity_entries where source = 'client' order by type`;
  return (await rowsOf<{ type: string }>(pool, account, text)).map(({ type }) => type);
};
const counted = async (pool: Pool, account: string) => {
  const text = `select type from ${projectionSchema(models.usage)}.usage_people where source = 'client' order by type`;
  return (await rowsOf<{ type: string }>(pool, account, text)).map(({ type }) => type);
};

/** In one database event by event, as they come; in the other all at once, as they are built anew. */
async function bothWays(name: keyof typeof models): Promise<[Pool, Pool]> {
  const [live, anew] = databases[name].map((database) => database().pool) as [Pool, Pool];
  for (const one of life) await project(live, models[name], [one]);
  await project(anew, models[name], life);
  await assertTenantIsolation(anew);
  return [live, anew];
}

describe('what a person does while they do not consent, or may not be processed', () => {
  it('makes no line of what their clients told, from the decision on and not before it, live and built anew', async () => {
    for (const pool of await bothWays('log')) {
      expect(await words(pool, acme)).toEqual(kept);
      expect(await words(pool, globex)).toEqual(['elsewhere']);
    }
  });

  it('is not counted, whatever of it is kept, live and built anew', async () => {
    for (const pool of await bothWays('usage')) {
      expect(await counted(pool, acme)).toEqual(['by-setting', 'given', 'lifted', 'withdrawn']);
      expect(await counted(pool, globex)).toEqual(['elsewhere']);
    }
  });

  it('leaves them as who is silent at the end, and nobody of another account', async () => {
    const member = memberOf(secret, acme, ada);
    for (const pool of await bothWays('presence')) {
      const text = `select member::text, why from ${projectionSchema(models.presence)}.refusals order by why`;
      expect(await rowsOf(pool, acme, text)).toEqual([{ member, why: 'counting' }]);
      expect(await rowsOf(pool, globex, text)).toEqual([]);
    }
  });
});
