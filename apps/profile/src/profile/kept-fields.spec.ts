import { Problem, ProfileDocument } from '@annals/contracts';
import fc from 'fast-check';
import { keptLink } from '../document/kept-link.js';
import { keptNumber } from '../document/kept-number.js';
import { keptFields } from './kept-fields.js';

const now = '2026-03-01T12:00:00.000Z';
const kept = (body: unknown) => keptFields(ProfileDocument.parse(body), now);
const pathsOf = (body: unknown) => {
  try {
    return kept(body);
  } catch (error) {
    return error instanceof Problem && [error.status, error.code, ...error.fields.map(({ path }) => path)];
  }
};

describe('a telephone number', () => {
  it.each([
    ['+43 1 234 567', '+431234567'],
    ['0043 (0)1/234-567', '+431234567'],
    ['+1 (202) 555-0123', '+12025550123'],
    ['+44 20 7123 4567', '+442071234567'],
    ['＋４４ ２０ ７１２３ ４５６７', '+442071234567'],
    ['\u202a+44 20 7123 4567\u202c', '+442071234567'],
    ['+٤٤٢٠٧١٢٣٤٥٦٧', '+442071234567'],
  ])('written %s is kept as %s', (typed, e164) =>
    expect(kept({ phone_number: typed })).toEqual({ phone_number: e164 }),
  );

  it.each([
    ['of a country that is none', '+999 123456'],
    ['too short for its country', '+44 20 7'],
    ['too long for its country', '+44 20 7123 4567 8901'],
    ['outside its country’s plan', '+1 555 0100 000'],
  ])('%s is refused by its path', (_, phone_number) => {
    expect(pathsOf({ phone_number })).toEqual([400, 'profile-field-invalid', 'phone_number']);
    expect(pathsOf({ emergency_contact: { name: 'Anne', phone_number } })).toEqual([
      ...[400, 'profile-field-invalid', 'emergency_contact.phone_number'],
    ]);
  });

  it('with an extension is no number of E.164', () => expect(keptNumber('+43 1 234567 ext. 5')).toBeNull());
});

describe('a link', () => {
  it.each([
    ['HTTPS://Ada.Example', 'https://ada.example/'],
    ['https://ada.example:443/ä?q=ü#ö', 'https://ada.example/%C3%A4?q=%C3%BC#%C3%B6'],
    ['https://ada.example/../x/./y', 'https://ada.example/x/y'],
    ['https://MÜLLER.example:8443/a', 'https://müller.example:8443/a'],
    ['https://xn--mller-kva.example/', 'https://müller.example/'],
    ['https://пример.рф/', 'https://пример.рф/'],
    ['https://例え.jp/', 'https://例え.jp/'],
  ])('%s is kept as %s', (typed, form) => expect(kept({ website: typed })).toEqual({ website: form }));

  it.each([
    ['a Latin word with one Cyrillic letter', 'https://pаypal.example/', 'https://xn--pypal-4ve.example/'],
    ['a Cyrillic word that reads as a Latin one', 'https://аррӏе.example/', 'https://xn--80ak6aa92e.example/'],
    ['a Latin word with a dotless i', 'https://wıki.example/', 'https://xn--wki-jua.example/'],
  ])('never shows %s in its letters', (_, typed, form) => expect(keptLink(typed)).toBe(form));

  it('that grows too long when it is escaped is refused by its path', () => {
    const long = `https://ada.example/${'ä'.repeat(1500)}`;
    expect(pathsOf({ website: long })).toEqual([400, 'profile-field-invalid', 'website']);
    expect(pathsOf({ social_links: { blog: long } })).toEqual([400, 'profile-field-invalid', 'social_links.blog']);
  });

  it('is gone with the last one: no links are a field that is not set', () =>
    expect(kept({ social_links: {} })).toEqual({ social_links: null }));
});

it('a date of birth lies in the past, or is today', () => {
  expect(kept({ date_of_birth: '2026-03-01' })).toEqual({ date_of_birth: '2026-03-01' });
  expect(pathsOf({ date_of_birth: '2026-03-02' })).toEqual([400, 'profile-field-invalid', 'date_of_birth']);
});

it('everything wrong is said at once', () =>
  expect(
    pathsOf({
      ...{ date_of_birth: '2999-01-01', phone_number: '+999 1' },
      emergency_contact: { name: 'Anne', phone_number: '+999 1' },
    }),
  ).toEqual([400, 'profile-field-invalid', 'phone_number', 'emergency_contact.phone_number', 'date_of_birth']));

describe('keeping twice is keeping once', () => {
  const separators = fc.constantFrom('', ' ', '-', '.', '/', ' (0)');
  const numbers = fc
    .tuple(fc.constantFrom('+43', '+44', '+1', '+49', '0033'), fc.stringMatching(/^[1-9]\d{6,9}$/), separators)
    .map(([country, rest, between]) => `${country}${between}${rest.slice(0, 3)} ${rest.slice(3)}`);
  const label = fc.oneof(
    fc.stringMatching(/^[a-z0-9]{1,10}$/),
    fc.constantFrom('müller', 'пример', 'xn--mller-kva', 'pаy', 'ß'),
  );
  const links = fc
    .tuple(
      fc.constantFrom('http', 'HTTPS'),
      label,
      fc.constantFrom('', ':80', ':8080'),
      fc.webPath(),
      fc.webQueryParameters(),
    )
    .map(([scheme, host, port, path, query]) => `${scheme}://${host}.example${port}${path}?${query}`);

  it('for numbers', () =>
    fc.assert(
      fc.property(numbers, (typed) => {
        const once = keptNumber(typed);
        if (once !== null) expect(keptNumber(once)).toBe(once);
      }),
    ));

  it('for links, which the contract lets pass again', () =>
    fc.assert(
      fc.property(links, (website) => {
        const once = keptLink(website);
        expect(ProfileDocument.parse({ website: once })).toEqual({ website: once });
        expect(keptLink(once)).toBe(once);
      }),
    ));
});
