import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allEvents,
  type CurrentUserContext,
  Disclosure,
  type EventContract,
  type ExportPart,
  exportParts,
  OwnVerification,
  Preferences,
  Privacy,
  PrivacyChoices,
  Profile,
} from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { type ProjectionRunner, runProjection } from '@annals/postgres';
import { requestContext, signedIn, testStores } from '@annals/testing';
import type { z } from 'zod';
import { readRecords } from '../views/records/read-records.js';
import { recordedContracts, records } from '../views/records/records.projection.js';
import { particularsOf } from './particulars.js';
import { partWords } from './pdf/words.js';

const stores = testStores({ service: 'export', events: allEvents, projections: [records] });
let view: ProjectionRunner;
beforeAll(() => {
  view = runProjection({ projection: records, pool: stores().database.pool, store: stores().store });
});
afterAll(() => view.stop());

const marked = allEvents.filter(({ personalFields }) => personalFields.length > 0);
const fieldsOf = ({ personalFields }: EventContract) => [...new Set(personalFields.map(({ path }) => path[0]!))];

const fixtures = join(__dirname, '../../../../libs/contracts/fixtures');
/** An event as it is written today, about this person. */
function eventAbout(contract: EventContract, who: CurrentUserContext) {
  const files = readdirSync(fixtures).filter((name) => name === `${contract.type}.v${contract.version}.json`);
  const data = JSON.parse(readFileSync(join(fixtures, files[0]!), 'utf8')) as Record<string, unknown>;
  const account = 'account_id' in data && data.account_id !== null ? { account_id: who.account_id } : {};
  return { type: contract.type, data: { ...data, ...account, [contract.subject!]: who.user_id } };
}

async function write(contract: EventContract, who: CurrentUserContext) {
  const event = eventAbout(contract, who);
  await stores().store.execute({ category: contract.category, initial: null, evolve: () => null }, randomUUID(), {
    ...{ id: uuidv7(), context: { ...who, ...requestContext() }, now: new Date().toISOString(), decide: () => [event] },
  });
  return event;
}

interface Shown {
  type: string;
  data: Record<string, unknown>;
}
async function recordsOf(who: CurrentUserContext): Promise<Shown[]> {
  const { store, database } = stores();
  const subject = { accountId: who.account_id!, userId: who.user_id! };
  const found: Shown[] = [];
  const parts = { store, pool: database.pool, records: view };
  for await (const item of readRecords(parts, subject, new AbortController().signal)) found.push(item as Shown);
  return found;
}

describe('the records of a person', () => {
  it('are all that hold marked data, but for what clients tell: that is their activity log', () => {
    const others = marked.filter((contract) => !recordedContracts.includes(contract));
    expect(others.map(({ type }) => type)).toEqual(['ActivityTracked']);
  });

  it.each(recordedContracts.map((contract) => [contract.type, fieldsOf(contract).join(', '), contract] as const))(
    'have %s with its %s',
    async (type, _fields, contract) => {
      const who = signedIn();
      const { data } = await write(contract, who);
      const [record, ...more] = await recordsOf(who);
      expect([record!.type, more]).toEqual([type, []]);
      for (const field of fieldsOf(contract)) {
        if (field in data) expect(record!.data[field]).toEqual((data as Record<string, unknown>)[field]);
      }
    },
  );

  it('have nothing of another account with identical ids, and nothing that names the staff', async () => {
    const who = signedIn();
    const twin = { ...who, account_id: randomUUID() };
    for (const contract of recordedContracts) await write(contract, twin);
    const shown = await recordsOf(who);
    // What is held for no account is the person's wherever they ask from.
    expect(shown.every(({ data }) => !('account_id' in data))).toBe(true);
    expect(JSON.stringify(shown)).not.toContain(twin.account_id);
    expect(JSON.stringify(await recordsOf(twin))).not.toMatch(/_by_id|_hash/);
  });

  it('are read in the order they came, however many there are', async () => {
    const who = signedIn();
    const contract = recordedContracts.find(({ type }) => type === 'UserUpdated')!;
    const aggregate = { category: 'user', initial: null, evolve: () => null };
    const events = Array.from({ length: 450 }, (_, n) => {
      const event = eventAbout(contract, who);
      return { ...event, data: { ...event.data, name: `Ada ${n}` } };
    });
    await stores().store.execute(aggregate, who.user_id!, {
      ...{ id: uuidv7(), context: { ...who, ...requestContext() }, now: new Date().toISOString() },
      decide: () => events,
    });
    expect((await recordsOf(who)).map(({ data }) => data.name)).toEqual(events.map(({ data }) => data.name));
  });

  it('of somebody who was erased in an account are gone there, and stay elsewhere', async () => {
    const who = signedIn();
    const elsewhere = { ...who, account_id: randomUUID() };
    const contract = recordedContracts.find(({ type }) => type === 'ProfileUpdated')!;
    await write(contract, who);
    await write(contract, elsewhere);
    await stores().store.execute({ category: 'erased', initial: null, evolve: () => null }, randomUUID(), {
      ...{ id: uuidv7(), context: { ...who, ...requestContext() }, now: new Date().toISOString() },
      decide: () => [
        {
          type: 'SubjectErased',
          data: {
            ...{ account_id: who.account_id, user_id: who.user_id, erasure_id: randomUUID() },
            ...{ erased_at: new Date().toISOString(), key_fingerprints: [] },
          },
        },
      ],
    });
    expect([(await recordsOf(who)).length, (await recordsOf(elsewhere)).length]).toEqual([0, 1]);
  });
});

/** Parts of an export that are answers of the profile service, as it declares them. */
const answers: Partial<Record<ExportPart, z.ZodObject>> = {
  ...{ profile: Profile, privacy: Privacy, verification: OwnVerification },
  ...{ disclosures: Disclosure, preferences: Preferences },
};

/** Where fields of the profile service stand in the export beside the records, with their names there where those differ. */
const places: Readonly<Record<string, readonly [ExportPart, string?]>> = {
  ProfileUpdated: ['profile'],
  HandleClaimed: ['profile'],
  ProfileDisclosed: ['disclosures'],
  PreferencesUpdated: ['preferences'],
  'VerificationRequested.evidence': ['verification'],
  // Of values that the profile holds: they are told apart by them, and by nobody read back.
  'VerificationRequested.fingerprints': ['verification', 'outdated'],
  VerificationApproved: ['verification'],
  VerificationRejected: ['verification'],
  VerificationDocumentAdded: ['verification', 'documents'],
  VerificationDocumentRemoved: ['verification', 'documents'],
};
const placed = marked.flatMap((contract) =>
  fieldsOf(contract).flatMap((field) => {
    const place = places[`${contract.type}.${field}`] ?? places[contract.type];
    return place ? [[contract.type, field, place[0], place[1] ?? field] as const] : [];
  }),
);

describe('the parts of an export', () => {
  it.each(placed)('show %s.%s as it is now, in %s', (_type, _field, part, name) =>
    expect(Object.keys(answers[part]!.shape)).toContain(name),
  );

  it('have every decision about privacy', () => {
    expect(Object.keys(Privacy.shape)).toEqual(expect.arrayContaining(Object.keys(PrivacyChoices.shape)));
  });

  it('each say why, and have words for people', () => {
    for (const part of exportParts) {
      expect(particularsOf(part).source).toMatch(/^[a-z]+$/);
      expect(partWords[part].title).not.toBe('');
    }
    const purposes = exportParts.flatMap((part) => particularsOf(part).purposes.map(({ purpose }) => purpose));
    const marks = marked.flatMap(({ personalFields }) => personalFields.map(({ mark }) => mark.purpose));
    expect(new Set(purposes)).toEqual(new Set(marks));
  });
});
