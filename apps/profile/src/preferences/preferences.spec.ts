import {
  AccountPreferencesDocument,
  defaultPreferences,
  type DomainEvent,
  PreferencesDocument,
  type PreferenceSources,
} from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { type Change, decideAccountChange, decideChange, patching, replacing } from './change.js';
import { accountPreferences, type Chosen, preferences } from './preferences.js';
import { inForce, sourcesOf } from './in-force.js';

const account_id = '018f0000-0000-7000-8000-00000000000a';
const owner = { account_id, user_id: '018f0000-0000-7000-8000-0000000000b1' };
const now = '2026-03-01T12:00:00.000Z';
const document = (fields: unknown) => PreferencesDocument.parse(fields);
const updated = (fields: Record<string, unknown>): DomainEvent => ({
  type: 'PreferencesUpdated',
  data: { ...owner, ...fields, updated_at: now },
});
const by = (change: Change) => ({ ...owner, ...change, now });

describe('changing preferences', () => {
  const { given } = deciderSpec({ ...preferences, decide: decideChange });
  const to = (fields: unknown) => by(replacing(document(fields)));
  const patched = (fields: unknown) => by(patching(document(fields)));

  it('keeps a choice that happens to be the default', () =>
    given([])
      .when(to({ timezone: 'UTC', theme: { mode: 'system' } }))
      .then([updated({ timezone: 'UTC', theme: { mode: 'system' } })]));

  it('by PUT sends what is left out back to its default, also within a part', () =>
    given([updated({ timezone: 'Europe/Vienna', language: 'de', theme: { mode: 'dark', font: 'serif' } })])
      .when(to({ language: 'de', theme: { mode: 'dark' } }))
      .then([updated({ timezone: null, theme: { mode: 'dark' } })]));

  it('by PUT of one part leaves the others', () =>
    given([updated({ language: 'de', theme: { mode: 'dark', font: 'serif' } })])
      .when(by(replacing(document({ theme: { font: 'mono' } }), ['theme'])))
      .then([updated({ theme: { font: 'mono' } })]));

  it('by PATCH changes one frequency of one channel and keeps the others', () =>
    given([updated({ notifications: { email: { activity: 'weekly' }, sms: { security: 'never' } } })])
      .when(patched({ notifications: { email: { marketing: 'daily' } } }))
      .then([
        updated({ notifications: { email: { activity: 'weekly', marketing: 'daily' }, sms: { security: 'never' } } }),
      ]));

  it('goes back to a default by null, at every depth', () =>
    given([updated({ language: 'de', theme: { mode: 'dark', font: 'serif' } })])
      .when(patched({ language: null, theme: { font: null } }))
      .then([updated({ language: null, theme: { mode: 'dark' } })]));

  it('leaves nothing of a part in which nothing is chosen any more', () =>
    given([updated({ notifications: { email: { activity: 'weekly' } } })])
      .when(patched({ notifications: { email: { activity: null } } }))
      .then([updated({ notifications: null })]));

  it.each([{}, { theme: {} }, { language: null }, { notifications: { email: {}, sms: null } }])(
    'does nothing where %j chooses nothing',
    (fields) => {
      given([]).when(to(fields)).thenNothing();
      given([]).when(patched(fields)).thenNothing();
    },
  );

  it('does nothing when everything is so already', () =>
    given([updated({ theme: { mode: 'dark' } })])
      .when(to({ theme: { mode: 'dark' } }))
      .thenNothing());

  it('refuses to fold what it does not know', () =>
    expect(() => preferences.evolve(preferences.initial, { type: 'PreferencesLost', data: {} })).toThrow(
      'PreferencesLost',
    ));
});

describe('changing the defaults of an account', () => {
  const { given } = deciderSpec({ ...accountPreferences, decide: decideAccountChange });
  const event = (fields: Record<string, unknown>): DomainEvent => ({
    type: 'AccountPreferencesUpdated',
    data: { account_id, ...fields, updated_at: now },
  });

  it('is what changing one’s own is', () =>
    given([event({ locale: 'de-AT', theme: { primary_color: '#1a2b3c' } })])
      .when({ account_id, now, ...patching(AccountPreferencesDocument.parse({ theme: { mode: 'dark' } })) })
      .then([event({ theme: { primary_color: '#1a2b3c', mode: 'dark' } })]));
});

const pick = <T>(...values: T[]) => fc.constantFrom<(T | null)[]>(...values, null);
const some = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] });
const documents = some({
  language: pick('de', 'en'),
  timezone: pick('Europe/Vienna', 'Asia/Calcutta'),
  theme: fc.option(some({ mode: pick('dark', 'light'), font: pick('serif') })),
  notifications: fc.option(
    some({
      email: fc.option(some({ activity: pick('weekly', 'never'), account: pick('daily') })),
      quiet_hours: fc.option(some({ enabled: pick(true, false), from: pick('21:00', '23:00') })),
    }),
  ),
}).map(document);
const changes = fc.oneof(
  documents.map((patch) => replacing(patch)),
  documents.map(patching),
  documents.map(({ theme }) => replacing({ theme }, ['theme'])),
);
laws(
  'changing preferences',
  { ...preferences, decide: decideChange },
  { commands: changes.map(by), histories: fc.array(documents.map(updated), { maxLength: 6 }) },
);

/** Whatever was decided about an aggregate, one change after the other, from the events alone. */
function after(changes: readonly Change[]): Chosen {
  const events: DomainEvent[] = [];
  const state = () => events.reduce(preferences.evolve, preferences.initial);
  for (const change of changes) events.push(...decideChange(by(change), state()));
  return state();
}

describe('what is in force', () => {
  it('is the house’s until somebody chooses', () => expect(inForce({}, {})).toEqual(defaultPreferences));

  it('is the person’s choice, else the account’s, else the house’s, field by field', () => {
    const own = document({ theme: { mode: 'dark' }, notifications: { quiet_hours: { enabled: false } } });
    const account = document({
      theme: { mode: 'light', font: 'serif' },
      notifications: { quiet_hours: { enabled: true, from: '20:00' } },
    });
    const chosen = [own, account] as [Chosen['choices'], Chosen['choices']];
    expect(inForce(...chosen)).toEqual({
      ...defaultPreferences,
      theme: { ...defaultPreferences.theme, mode: 'dark', font: 'serif' },
      notifications: {
        ...defaultPreferences.notifications,
        quiet_hours: { enabled: false, from: '20:00', to: '07:00' },
      },
    });
    expect(sourcesOf(...chosen)).toMatchObject({
      language: 'house',
      theme: { mode: 'own', font: 'account', primary_color: 'house' },
      notifications: { quiet_hours: { enabled: 'own', from: 'account', to: 'house' } },
    } satisfies DeepPartial<PreferenceSources>);
  });

  it('is the person’s PUT wherever it chooses, and as if they had chosen nothing elsewhere', () =>
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 4 }), documents, documents, (before, put, account) => {
        const own = after([...before, replacing(put)]).choices;
        const ours = after([replacing(account)]).choices;
        expect(inForce(own, ours)).toEqual(inForce(after([patching(put)]).choices, ours));
      }),
    ));

  it('names the person as source exactly where they have chosen', () =>
    fc.assert(
      fc.property(documents, documents, (mine, account) => {
        const [own, ours] = [after([patching(mine)]).choices, after([patching(account)]).choices];
        const leaves = (tree: object): [string, unknown][] =>
          Object.entries(tree).flatMap(([name, value]: [string, unknown]) =>
            typeof value === 'object' && value !== null
              ? leaves(value).map(([below, leaf]): [string, unknown] => [`${name}.${below}`, leaf])
              : [[name, value] as [string, unknown]],
          );
        const named = leaves(sourcesOf(own, ours)).filter(([, source]) => source === 'own');
        expect(named.map(([name]) => name).sort()).toEqual(
          leaves(own)
            .map(([name]) => name)
            .sort(),
        );
      }),
    ));
});

type DeepPartial<T> = { [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] };
