import type { ErasedHolder } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { Pool } from '@annals/postgres';
import { eraseHolders, everyRow, startTestDatabase, startTestStores } from '@annals/testing';
import { fullPerson, type FullPerson } from '../testing/full-person.js';
import { identityUnderTest, startIdentity, storeOptions } from '../testing/identity-service.js';
import { projections } from '../open-identity.js';
import { projectionSchema } from '@annals/postgres';
import { identityErasers } from './erasers.js';

const { service, stores } = identityUnderTest(() => startTestStores(storeOptions));

const holdersOf = ({ person: { user_id, home_id }, own, shared, inviting }: FullPerson): ErasedHolder[] =>
  [null, home_id, own, shared, inviting].map((account_id) => ({ account_id, user_id }));

class Killed extends Error {}

/** Erasers of a process that dies right after the first thing it changes. */
function mortalErasers() {
  const { identity, mailFolder } = service();
  const { keys } = stores();
  let dead = false;
  const after = <T>(outcome: T, changed: boolean): T => {
    if (!changed) return outcome;
    dead = true;
    throw new Killed();
  };
  const alive = () => {
    if (dead) throw new Killed();
  };
  const execute: EventStore['execute'] = async (...args) => {
    alive();
    const outcome = await identity.store.execute(...args);
    return after(outcome, outcome.kind === 'appended');
  };
  const query: Pool['query'] = async (text, values) => {
    alive();
    const outcome = await identity.pool.query(text, values);
    return after(outcome as never, /^\s*(delete|insert|update)/i.test(text) && (outcome.rowCount ?? 0) > 0);
  };
  const mortal = { ...identity, store: { ...identity.store, execute }, pool: { ...identity.pool, query } };
  return identityErasers({ identity: mortal, keys, idp: null, mailFolder, runners: [] });
}

const immortalErasers = () => {
  const { identity, mailFolder } = service();
  return identityErasers({ identity, keys: stores().keys, idp: null, mailFolder, runners: [] });
};

/** What the log says about a person, by type and how often, whoever wrote it: a reactor may come before the next life. */
async function historyOf({ person, own }: FullPerson): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for await (const { type, data } of service().identity.store.readAll({ open: false })) {
    const text = JSON.stringify(data);
    if (![person.user_id, person.home_id, own].some((id) => text.includes(id))) continue;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

describe('an erasure that is cut off after everything it does', () => {
  let cut: FullPerson;
  let whole: FullPerson;
  let deaths = 0;
  beforeAll(async () => {
    cut = await fullPerson(service());
    whole = await fullPerson(service(), cut.other);
    const { keys } = stores();
    const asks = [];
    for (const one of [cut, whole]) {
      asks.push(await eraseHolders(keys, [service().identity.store], holdersOf(one)));
      await service().settled();
    }
    const [asked, other] = asks as [(typeof asks)[0], (typeof asks)[0]];
    for (const eraser of immortalErasers()) for (const holder of other.holders) await eraser.remove(holder);
    for (let finished = false; !finished;) {
      try {
        for (const eraser of mortalErasers()) for (const holder of asked.holders) await eraser.remove(holder);
        finished = true;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        deaths += 1;
        if (deaths > 500) throw new Error('it never comes to an end');
      }
    }
    await service().settled();
  }, 120_000);

  it('dies often, and is done in the end with nothing left and nothing twice', async () => {
    expect(deaths).toBeGreaterThan(20);
    const history = await historyOf(cut);
    expect(history).toEqual(await historyOf(whole));
    expect(history).toMatchObject({
      ...{ SubjectErased: 5, UserDeleted: 1, SessionEnded: 2, MembershipEnded: 3, AccountClosed: 1, SlugReleased: 1 },
      ...{ PasskeyRemoved: 1, TotpDisabled: 1, RecoveryCodesRemoved: 1, EmailReleased: 1, ApiKeyRevoked: 1 },
    });
    const rows = Object.values(await everyRow(stores().database.superuserUrl)).flat();
    for (const { canary } of [cut, whole]) expect(rows.filter((row) => row.includes(canary))).toEqual([]);
  });

  it('gives the same rows to read models, and no mail, when everything is handled from the beginning', async () => {
    const elsewhere = await startTestDatabase(storeOptions);
    const fresh = await startIdentity({ ...stores(), database: elsewhere });
    try {
      await fresh.settled();
      await service().settled();
      for (const projection of projections) {
        const schema = projectionSchema(projection);
        const [live, rebuilt] = await Promise.all(
          [stores().database, elsewhere].map(({ superuserUrl }) => everyRow(superuserUrl, schema)),
        );
        expect(rebuilt).toEqual(live);
      }
      const all = await everyRow(elsewhere.superuserUrl);
      expect(all['public.parked_events']).toEqual([]);
      for (const { canary } of [cut, whole]) {
        expect(
          Object.values(all)
            .flat()
            .filter((row) => row.includes(canary)),
        ).toEqual([]);
        const { body } = await fresh.call('GET', `/dev/mail?to=${canary}@people.test`);
        expect(body.data).toEqual([]);
      }
    } finally {
      await fresh.stop();
      await elsewhere.stop();
    }
  }, 120_000);
});
