import fc from 'fast-check';
import { personalFields, ProfileDocument, ProfilePatch, ProfileUpdated } from '../../index.js';

const accepts = (body: unknown) => ProfileDocument.safeParse(body).success;
const parsed = (body: unknown) => ProfileDocument.parse(body);
const pathsOf = (body: unknown) =>
  [...new Set(ProfileDocument.safeParse(body).error?.issues.map(({ path }) => path.join('.')))].sort();

describe('a profile', () => {
  it('accepts every field in its usual form', () => {
    const body = {
      handle: 'ada.l',
      name: ' Ada Lovelace ',
      pronouns: 'she/her',
      bio: 'Analyst.\nCountess.',
      location: 'London',
      website: 'https://ada.example/',
      social_links: { github: 'https://github.com/ada' },
      date_of_birth: '1990-12-10',
      phone_number: '+44 20 7123 4567',
      emergency_contact: { name: 'Anne', phone_number: '+442071234568' },
    };
    expect(parsed(body)).toEqual({
      ...body,
      name: 'Ada Lovelace',
      emergency_contact: { ...body.emergency_contact, relationship: null },
    });
  });

  it('names every field that is wrong, at once', () =>
    expect(
      pathsOf({
        ...{ handle: 'me', name: 7, website: 'javascript:alert(1)', date_of_birth: '1990-02-30', phone_number: [] },
        ...{ social_links: { github: 'https://evil.example/' }, emergency_contact: { name: '', phone_number: '1' } },
      }),
    ).toEqual([
      ...['date_of_birth', 'emergency_contact.name', 'emergency_contact.phone_number', 'handle', 'name'],
      ...['phone_number', 'social_links.github', 'website'],
    ]));

  it.each([
    [{ nickname: 'ada' }],
    [{ emergency_contact: { name: 'Anne' } }],
    [{ emergency_contact: { name: 'Anne', phone_number: '+442071234568', role: 'x' } }],
    [[]],
    [null],
    ['name'],
  ])('refuses %j', (body) => expect(accepts(body)).toBe(false));

  it('lets a patch remove one link and change one part of a contact', () => {
    const patch = { social_links: { github: null }, emergency_contact: { phone_number: '+442071234569' }, bio: null };
    expect(ProfilePatch.parse(patch)).toEqual(patch);
  });

  it('seals every field of its event', () => {
    const sealed = ProfileUpdated.personalFields.map((field) => field.path.join('.')).sort();
    expect(sealed).toEqual(Object.keys(ProfileDocument.shape).sort());
    expect(personalFields(ProfileUpdated.data).every((field) => field.mark.purpose === 'profile')).toBe(true);
  });
});

describe('a name', () => {
  const accent = '\u0301';
  it.each([
    ['a combining accent as one letter', `Rene${accent}`, 'Ren\u00e9'],
    ['Hebrew', 'עדה לאבלייס', 'עדה לאבלייס'],
    ['Arabic with its marks of direction', 'آدا\u200f', 'آدا\u200f'],
    ['Persian with its joiner', 'می\u200cخواهم', 'می\u200cخواهم'],
    ['an emoji family', 'Ada 👩‍👩‍👧', 'Ada 👩‍👩‍👧'],
    ['the flag of Scotland', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['Vietnamese', 'Nguyễn Thị Ngọc', 'Nguyễn Thị Ngọc'],
    ['what nobody sees left out', '\ufeffA\u200bd\u00ada\u2060', 'Ada'],
    ['spaces around it left out', '\u3000 Ada\u00a0', 'Ada'],
  ])('keeps %s', (_, name, kept) => expect(parsed({ name })).toEqual({ name: kept }));

  it.each([
    ['nothing', ' '],
    ['only joiners', '\u200d\u200c'],
    ['only a filler', '\u3164'],
    ['only an empty braille cell', '\u2800'],
    ['only marks', '\u0301\u0302'],
    ['an override of direction', 'Ada\u202etxt.exe'],
    ['an embedding', '\u202bAda'],
    ['an isolate left open', '\u2067Ada'],
    ['a NUL', 'a\u0000b'],
    ['a line break', 'a\nb'],
    ['a line separator', 'a\u2028b'],
    ['half of a pair', '\ud800'],
    ['a tower of marks', `Z${'\u0351'.repeat(12)}algo`],
    ['201 letters', 'x'.repeat(201)],
    ['201 letters with accents', `e${accent}\u0323`.repeat(201)],
    ['more code units than any text needs', `x${'\u0353'.repeat(8)}`.repeat(200)],
  ])('is not %s', (_, name) => expect(pathsOf({ name })).toEqual(['name']));

  it('is as long as its reader counts it: 200 families are 200', () => {
    expect(accepts({ name: '👩‍👩‍👧'.repeat(200) })).toBe(true);
    expect(accepts({ name: '👩‍👩‍👧'.repeat(201) })).toBe(false);
  });
});

describe('a bio', () => {
  it('keeps lines and tabs, with one kind of line break', () =>
    expect(parsed({ bio: 'a\r\nb\rc\u2028d\te' })).toEqual({ bio: 'a\nb\nc\nd\te' }));
  it.each([['\u0007'], ['\u202e'], ['x'.repeat(2001)]])('is not %j', (bio) =>
    expect(pathsOf({ bio })).toEqual(['bio']),
  );
});

describe('a handle', () => {
  it.each([['Ada.L'], ['a1'], ['42'], ['x'.repeat(30)], ['a-b_c.d']])('may be %s', (handle) =>
    expect(parsed({ handle })).toEqual({ handle }),
  );
  it.each([
    ['a'],
    ['.ada'],
    ['ada.'],
    ['a..b'],
    ['a b'],
    ['ädä'],
    ['аda'],
    ['x'.repeat(31)],
    ['ADMIN'],
    ['r.o.o.t'],
    ['m-e'],
  ])('is not %s', (handle) => expect(pathsOf({ handle })).toEqual(['handle']));
});

describe('a link', () => {
  it.each([
    ['https://ada.example/'],
    ['http://ada.example:8080/a?b#c'],
    ['HTTPS://Ada.Example'],
    ['https://müller.example/ä'],
    ['https://пример.рф/'],
    ['https://xn--mller-kva.example/'],
  ])('may be %s', (website) => expect(accepts({ website })).toBe(true));

  it.each([
    ['javascript:alert(1)'],
    ['JaVaScRiPt:alert(1)'],
    ['data:text/html,x'],
    ['ftp://ada.example/'],
    ['//ada.example/'],
    ['ada.example'],
    ['https:ada.example'],
    ['https:\\\\ada.example'],
    ['https://ada.example\\@evil.example/'],
    ['https://bank.example@evil.example/'],
    ['https://ada:secret@ada.example/'],
    ['https://localhost/'],
    ['https://127.0.0.1/'],
    ['https://2130706433/'],
    ['https://[::1]/'],
    ['https://ada.example/ b'],
    ['https://ada.example/\tb'],
    ['https://ada.example/\u202egnp.exe'],
    ['https://a\u00adda.example/'],
    ['https://-ada.example/'],
    [`https://ada.example/${'x'.repeat(2048)}`],
    [''],
  ])('is not %s', (website) => expect(pathsOf({ website })).toEqual(['website']));
});

describe('social links', () => {
  it.each([
    { github: 'https://github.com/ada', linkedin: 'https://at.linkedin.com/in/ada', x: 'https://twitter.com/ada' },
    { mastodon: 'https://any.example/@ada', bluesky: 'https://bsky.app/profile/ada', orcid: 'https://orcid.org/0000' },
    { youtube: 'https://www.youtube.com/@ada', facebook: 'https://m.facebook.com/ada' },
    { 'my-blog': 'http://anywhere.example/' },
  ])('may be %j', (social_links) => expect(parsed({ social_links })).toEqual({ social_links }));

  it.each([
    ['github', 'https://github.com.evil.example/ada'],
    ['github', 'https://notgithub.com/ada'],
    ['github', 'https://ada.github.io/'],
    ['github', 'https://github.com:8443/ada'],
    ['github', 'http://github.com/ada'],
    ['linkedin', 'https://github.com/ada'],
    ['mastodon', 'https://any.example/ada'],
    ['constructor', 'javascript:alert(1)'],
    ['blog', '@ada'],
  ])('under %s are not %s', (network, link) =>
    expect(pathsOf({ social_links: { [network]: link } })).toEqual([`social_links.${network}`]),
  );

  it('have names in lower case, and are 20 at most', () => {
    expect(pathsOf({ social_links: { GitHub: 'https://github.com/ada' } })).toEqual(['social_links.GitHub']);
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`n${n}`, 'https://a.example/']));
    expect(pathsOf({ social_links: many })).toEqual(['social_links']);
  });
});

describe('a date of birth', () => {
  it.each([['1990-12-31'], ['2000-02-29'], ['1900-01-01']])('may be %s', (date_of_birth) =>
    expect(accepts({ date_of_birth })).toBe(true),
  );
  it.each([
    ['1990-02-30'],
    ['1900-02-29'],
    ['1899-12-31'],
    ['1990-1-1'],
    ['31.12.1990'],
    ['1990-12-31T00:00:00Z'],
    [0],
  ])('is not %j', (date_of_birth) => expect(pathsOf({ date_of_birth })).toEqual(['date_of_birth']));
});

describe('a telephone number', () => {
  it.each([
    ['+43 1 234 567'],
    ['+43(0)1/234-567'],
    ['0043 1 234567'],
    ['＋４３ １ ２３４'],
    ['\u202a+43 1 234567\u202c'],
    ['+٤٣١٢٣٤'],
  ])('may be written %s', (phone_number) => expect(accepts({ phone_number })).toBe(true));
  it.each([['01 234567'], ['+'], ['+43 1 CALL ADA'], ['tel:+431234567'], ['+43 1 234 ext. 5'], ['+'.repeat(50)]])(
    'is not %s',
    (phone_number) => expect(pathsOf({ phone_number })).toEqual(['phone_number']),
  );
});

describe('text of any kind', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('e', '\u0301', '\u0323', '\u200b', ' ', '\u00a0', '\r', '\n', '\u200d', '́'),
      maxLength: 20,
    }),
  );

  it.each(['name', 'bio', 'location', 'pronouns', 'phone_number'])('is brought into its form once: %s', (field) =>
    fc.assert(
      fc.property(anything, (text) => {
        const once = ProfileDocument.safeParse({ [field]: text });
        if (once.success) expect(parsed(once.data)).toEqual(once.data);
      }),
    ),
  );

  it('is composed and without spaces around', () =>
    fc.assert(
      fc.property(anything, (text) => {
        const { data } = ProfileDocument.safeParse({ name: text });
        if (data?.name) expect(data.name).toBe(data.name.normalize('NFC').trim());
      }),
    ));
});
