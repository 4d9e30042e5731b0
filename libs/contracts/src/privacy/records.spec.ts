import { z } from 'zod';
import { allEvents, event, pii, purposes, recordsOfProcessing, type PersonalDataMark } from '../index.js';

const mark: PersonalDataMark = { category: 'identity', purpose: 'profile', basis: 'contract', retention: 'account' };
const NicknameChosen = event('NicknameChosen', {
  category: 'profile',
  subject: 'user_id',
  audit: { entity: 'Profile', action: 'UPDATE', keys: ['user_id'] },
  data: z.strictObject({ user_id: z.uuid(), nicknames: z.array(z.strictObject({ text: pii(z.string(), mark) })) }),
});

describe('records of processing', () => {
  it('hold every marked field of every event once, under its purpose', () => {
    const recorded = recordsOfProcessing().flatMap(({ purpose, fields }) =>
      fields.map(({ event: type, path }) => `${purpose} ${type} ${path}`),
    );
    const marked = allEvents.flatMap(({ type, personalFields }) =>
      personalFields.map(({ path, mark: { purpose } }) => `${purpose} ${type} ${path.join('.')}`),
    );
    expect(recorded.sort()).toEqual(marked.sort());
  });

  it('say of every purpose that is used what for, about whom, for whom, how long and on which basis', () => {
    const records = recordsOfProcessing();
    expect(records.map(({ purpose }) => purpose)).toEqual(purposes);
    for (const record of records.filter(({ fields }) => fields.length > 0)) {
      const { purpose, subjects, recipients, categories, bases, retention, security } = record;
      const lists = { subjects, recipients, categories, bases, retention, security };
      for (const [name, list] of Object.entries(lists))
        expect([purpose, name, list.length > 0]).toEqual([purpose, name, true]);
    }
  });

  it('hold a field from the moment it is marked', () => {
    const profile = recordsOfProcessing([NicknameChosen]).find(({ purpose }) => purpose === 'profile');
    expect(profile).toMatchObject({
      fields: [{ event: 'NicknameChosen', path: 'nicknames.*.text', category: 'identity', retention: 'account' }],
      ...{ categories: ['identity'], bases: ['contract'], retention: ['account'] },
    });
  });
});

describe('a mark of personal data', () => {
  it('that names no purpose passes neither the types nor the start', () => {
    const { purpose: _, ...rest } = mark;
    // @ts-expect-error a mark says what for
    expect(() => pii(z.string(), rest)).toThrow('what for');
  });

  it.each([
    { category: 'gossip' },
    { purpose: 'marketing' },
    { basis: 'curiosity' },
    { retention: 'for ever' },
    { retention: 'P' },
    { retention: '' },
  ])('that says %j is refused at the start', (wrong) => {
    expect(() => pii(z.string(), { ...mark, ...wrong } as PersonalDataMark)).toThrow('A mark of personal data says');
  });

  it('needs somebody whose the field is', () => {
    const data = z.strictObject({ text: pii(z.string(), mark) });
    const audit = { entity: 'Thing', action: 'UPDATE', keys: [] } as const;
    expect(() => event('Nobodys', { category: 'profile', data, audit })).toThrow(
      'Nobodys: personal fields need a subject',
    );
  });
});
