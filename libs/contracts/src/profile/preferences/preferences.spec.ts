import {
  AccountPreferencesDocument,
  AccountPreferencesUpdated,
  defaultPreferences,
  EffectivePreferences,
  fieldProblems,
  PreferencesDocument,
  PreferencesUpdated,
} from '../../index.js';

type Parsing = { safeParse(value: unknown): ReturnType<typeof PreferencesDocument.safeParse> };

/** `field: problem` of everything a schema refuses. */
function refused(schema: Parsing, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return error ? fieldProblems(error).map(({ path, message }) => `${path}: ${message}`) : [];
}

describe('choices among preferences', () => {
  it('are any of them, and hold nothing that was not chosen', () => {
    const chosen = { theme: { mode: 'dark' }, notifications: { push: { marketing: 'never' } } };
    expect(PreferencesDocument.parse(chosen)).toEqual(chosen);
  });

  it('may be given up at every depth', () => {
    const given = { language: null, theme: { font: null }, notifications: { quiet_hours: { from: null }, sms: null } };
    expect(PreferencesDocument.parse(given)).toEqual(given);
  });

  it.each([
    [{ shade: 1 }, 'shade'],
    [{ theme: { shade: 1 } }, 'theme.shade'],
    [{ notifications: { pigeon: {} } }, 'notifications.pigeon'],
    [{ notifications: { email: { pigeons: 'daily' } } }, 'notifications.email.pigeons'],
    [{ notifications: { quiet_hours: { days: [] } } }, 'notifications.quiet_hours.days'],
    [{ accessibility: { louder: true } }, 'accessibility.louder'],
  ])('refuse the unknown key of %j where it is', (document, path) =>
    expect(refused(PreferencesDocument, document)).toEqual([`${path}: is not known`]),
  );

  it.each([
    [{ language: 'english, please' }, 'language'],
    [{ locale: 'de_AT' }, 'locale'],
    [{ theme: 'dark' }, 'theme'],
    [{ theme: { mode: 'beige' } }, 'theme.mode'],
    [{ theme: { primary_color: 'red' } }, 'theme.primary_color'],
    [{ date_format: 'ddmmyy' }, 'date_format'],
    [{ first_day_of_week: 'tuesday' }, 'first_day_of_week'],
    [{ number_format: '1_234' }, 'number_format'],
    [{ notifications: { email: { activity: 'sometimes' } } }, 'notifications.email.activity'],
    [{ notifications: { quiet_hours: { from: '25:00' } } }, 'notifications.quiet_hours.from'],
    [{ accessibility: { text_scale: 9 } }, 'accessibility.text_scale'],
    [{ accessibility: { captions: 'yes' } }, 'accessibility.captions'],
  ])('refuse %j at its field', (document, path) =>
    expect(refused(PreferencesDocument, document)).toEqual([
      expect.stringMatching(`^${path.replaceAll('.', '\\.')}: `),
    ]),
  );

  it.each(['weekly', 'never'])('do not switch notices of security by e-mail off: %s', (security) => {
    const problem = 'must be immediate, hourly or daily: notices of security by e-mail cannot be switched off';
    const document = { notifications: { email: { security } } };
    const expected = [`notifications.email.security: ${problem}`];
    expect([refused(PreferencesDocument, document), refused(AccountPreferencesDocument, document)]).toEqual([
      ...[expected, expected],
    ]);
  });

  it('are sealed where they say something about the person, and nothing of an account is', () => {
    const sealed = PreferencesUpdated.personalFields.map((field) => field.path.join('.')).sort();
    expect(sealed).toEqual(['accessibility', 'language', 'locale', 'notifications', 'timezone']);
    expect(AccountPreferencesUpdated.personalFields).toEqual([]);
  });
});

describe('the defaults of an account', () => {
  it('are any preferences', () => {
    const document = { theme: { primary_color: '#1A2b3c' }, timezone: 'Europe/Vienna' };
    expect(AccountPreferencesDocument.parse(document)).toEqual({ ...document, theme: { primary_color: '#1a2b3c' } });
  });

  it('do not subscribe anybody to marketing', () =>
    expect(refused(AccountPreferencesDocument, { notifications: { email: { marketing: 'daily' } } })).toEqual([
      'notifications.email.marketing: is not known',
    ]));
});

describe('what holds without any choice', () => {
  it('is a value for every preference', () =>
    expect(EffectivePreferences.parse(defaultPreferences)).toEqual(defaultPreferences));

  it('tells at once of security and never of marketing', () => {
    const { quiet_hours, ...channels } = defaultPreferences.notifications;
    expect(quiet_hours.enabled).toBe(false);
    for (const channel of Object.values(channels)) {
      expect(channel).toMatchObject({ security: 'immediate', marketing: 'never' });
    }
  });
});

describe('a time zone', () => {
  it.each(['Europe/Vienna', 'UTC', 'GMT', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'America/Port-au-Prince'])(
    'may be %s',
    (timezone) => expect(PreferencesDocument.parse({ timezone })).toEqual({ timezone }),
  );

  it.each(['Asia/Calcutta', 'Asia/Kolkata', 'Europe/Kiev', 'Europe/Kyiv', 'US/Eastern'])(
    'keeps the name that was said, also when it is an alias: %s',
    (timezone) => expect(PreferencesDocument.parse({ timezone })).toEqual({ timezone }),
  );

  it('is put into the spelling of the database', () =>
    expect(PreferencesDocument.parse({ timezone: 'europe/vienna' })).toEqual({ timezone: 'Europe/Vienna' }));

  it.each(['+01:00', 'Mars/Olympus', '', 'CEST+1', 'IST', 'PST', 'SystemV/AST4', 'Europe/Vienna '])(
    'is not %j',
    (timezone) =>
      expect(refused(PreferencesDocument, { timezone })).toEqual([
        'timezone: must be an IANA time zone such as Europe/Vienna',
      ]),
  );
});

describe('a language', () => {
  it.each([
    ['pt-br', 'pt-BR'],
    ['iw', 'he'],
    ['zh-hant-tw', 'zh-Hant-TW'],
  ])('%s is written %s', (language, canonical) =>
    expect(PreferencesDocument.parse({ language })).toEqual({ language: canonical }),
  );
});

describe('preferences of version 1', () => {
  const { 1: upcast } = PreferencesUpdated.upcasters;
  const email = { security: 'immediate', account: 'daily', activity: 'daily', marketing: 'never' };

  it('had no choice where there was null, and their quiet hours were in force', () =>
    expect(
      upcast!({
        language: null,
        theme: { mode: 'dark', primary_color: null },
        notifications: { email, quiet_hours: { from: '22:00', to: '06:00' } },
      }),
    ).toEqual({
      language: null,
      theme: { mode: 'dark' },
      notifications: { email, quiet_hours: { enabled: true, from: '22:00', to: '06:00' } },
    }));

  it('do not keep silent about security', () => {
    const notifications = { email: { ...email, security: 'never' }, quiet_hours: null };
    const { security: _, ...others } = email;
    expect(upcast!({ notifications })).toEqual({ notifications: { email: others } });
  });

  it.each([[{ sealed: 'v1.abc' }], [null], [undefined]])('leave %j as it is', (notifications) =>
    expect(upcast!({ notifications })).toEqual({ notifications }),
  );
});
