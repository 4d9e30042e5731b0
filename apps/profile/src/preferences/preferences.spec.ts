import {
  defaultPreferences,
  type DomainEvent,
  PreferencesDocument,
  PreferencesPatch,
  type Preferences,
} from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { decidePatchPreferences } from './patch-preferences.js';
import { preferences, shown } from './preferences.js';
import { decideReplacePreferences } from './replace-preferences.js';

const owner = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
};
const now = '2026-03-01T12:00:00.000Z';
const document = (fields: unknown) => PreferencesDocument.parse(fields);
const updated = (fields: Record<string, unknown>): DomainEvent => ({
  type: 'PreferencesUpdated',
  data: { ...owner, ...fields, updated_at: now },
});

describe('replacing preferences', () => {
  const { given } = deciderSpec({ ...preferences, decide: decideReplacePreferences });
  const to = (fields: unknown) => ({ ...owner, preferences: document(fields), now });

  it('keeps a choice that happens to be the default', () =>
    given([])
      .when(to({ timezone: 'UTC' }))
      .then([updated({ timezone: 'UTC' })]));

  it('sends what is left out back to its default', () =>
    given([updated({ timezone: 'Europe/Vienna', language: 'de' })])
      .when(to({ language: 'de' }))
      .then([updated({ timezone: null })]));

  it('does nothing when everything is so already', () =>
    given([updated({ theme: { ...defaultPreferences.theme, mode: 'dark' } })])
      .when(to({ theme: { mode: 'dark' } }))
      .thenNothing());
});

describe('patching preferences', () => {
  const { given } = deciderSpec({ ...preferences, decide: decidePatchPreferences });
  const by = (patch: unknown) => ({ ...owner, patch: PreferencesPatch.parse(patch), now });

  it('changes one frequency of one channel and keeps the others', () => {
    const chosen = document({ notifications: { email: { activity: 'weekly' }, sms: { security: 'never' } } });
    given([updated(chosen)])
      .when(by({ notifications: { email: { marketing: 'daily' } } }))
      .then([
        updated(
          document({
            notifications: { email: { activity: 'weekly', marketing: 'daily' }, sms: { security: 'never' } },
          }),
        ),
      ]);
  });

  it('goes back to a default by null', () =>
    given([updated({ language: 'de' })])
      .when(by({ language: null }))
      .then([updated({ language: null })]));

  it.each([
    { theme: { mode: 'beige' } },
    { notifications: { email: { activity: 'sometimes' } } },
    { notifications: { email: { pigeons: 'daily' } } },
    { accessibility: { text_scale: 9 } },
    { notifications: { quiet_hours: { from: '25:00', to: '06:00' } } },
  ])('refuses %j once merged', (patch) => given([]).when(by(patch)).thenRefuses('invalid-document'));
});

describe('preferences as shown', () => {
  const after = (...events: DomainEvent[]): Preferences =>
    shown(owner, events.reduce(preferences.evolve, preferences.initial));

  it('are defaults until something is chosen', () =>
    expect(after()).toEqual({ ...owner, ...defaultPreferences, updated_at: null }));

  it('are choices over defaults', () =>
    expect(after(updated({ language: 'de' }), updated({ time_format: '24h' }))).toEqual({
      ...owner,
      ...defaultPreferences,
      language: 'de',
      time_format: '24h',
      updated_at: now,
    }));

  it('refuse to fold what they do not know', () =>
    expect(() => after({ type: 'PreferencesLost', data: {} })).toThrow('PreferencesLost'));
});

const chosen = fc.record(
  {
    language: fc.constantFrom('de', 'en', null),
    timezone: fc.constantFrom('Europe/Vienna', 'UTC', null),
    theme: fc.constantFrom(null, { mode: 'dark' }, { mode: 'light', font: 'serif' }),
  },
  { requiredKeys: [] },
);
const histories = fc.array(
  chosen.map((fields) => updated(document(fields))),
  { maxLength: 6 },
);
laws(
  'replacing preferences',
  { ...preferences, decide: decideReplacePreferences },
  { commands: chosen.map((fields) => ({ ...owner, preferences: document(fields), now })), histories },
);
laws(
  'patching preferences',
  { ...preferences, decide: decidePatchPreferences },
  { commands: chosen.map((fields) => ({ ...owner, patch: PreferencesPatch.parse(fields), now })), histories },
);
