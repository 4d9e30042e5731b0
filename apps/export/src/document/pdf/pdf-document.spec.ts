import { buffer } from 'node:stream/consumers';
import { contentOf, partOf } from '../../testing/content-of.js';
import { readPdf, type ReadPdf } from '../../testing/read-pdf.js';
import { pdfDocument } from './pdf-document.js';
import { bounds } from './summary.js';
import { labelOf, retentionWords, valueOf } from './words.js';

/** Eight by eight pixels of blue. */
const jpeg = Buffer.from(
  '/9j/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAIAAgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABAX/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCaAoAv/9k=',
  'base64',
);

async function fileOf(bytes: Buffer, media_type: string) {
  return { media_type, bytes: bytes.length, base64: bytes.toString('base64') };
}

describe('the PDF document', () => {
  let read: ReadPdf;
  let bytes: Buffer;
  const pageOf = (title: string) => read.pages.findIndex((text, at) => at > 1 && text.startsWith(title)) + 1;
  const all = () => read.pages.join('\n');

  beforeAll(async () => {
    const content = contentOf(
      [
        partOf('user', 'one', [{ name: 'Ada Łovelace Ωмега', email: 'ada@example.org', note: '中\u0000文' }]),
        partOf('avatar', 'one', [
          { ...(await fileOf(Buffer.from('RIFF'), 'image/webp')), as_jpeg: await fileOf(jpeg, 'image/jpeg') },
        ]),
        partOf('evidence', 'many', [
          { id: 1, file: await fileOf(Buffer.from('%PDF-1'), 'application/pdf') },
          { id: 2, file: await fileOf(Buffer.from('no picture'), 'image/jpeg') },
          { id: 3, file: await fileOf(Buffer.from([0xff, 0xd8, 0xff]), 'image/jpeg') },
        ]),
        partOf('devices', 'many', []),
        partOf('preferences', 'one', [{ notifications: { email: true, sms: false }, locale: null }]),
        partOf(
          ...(['activity', 'many'] as const),
          Array.from({ length: 250 }, (_, n) => ({ type: `fact ${n}`, at: '2026-03-01T12:34:56.789Z' })),
        ),
        partOf('records', 'many', [{ long: 'x'.repeat(5_000) }]),
      ],
      ['pdf'],
    );
    bytes = await buffer(pdfDocument(content));
    read = await readPdf(bytes);
    expect((await buffer(pdfDocument(content))).equals(bytes)).toBe(true);
  }, 180_000);

  it('is A4, tagged, in a language, with a title', () => {
    expect(read.size.map(Math.round)).toEqual([595, 842]);
    expect([read.tagged, read.language, read.title]).toEqual([true, 'en', 'A copy of your data']);
    expect(read.roles.flat()).toEqual(expect.arrayContaining(['Document', 'H1', 'H2', 'H3', 'P', 'Figure']));
  });

  it('begins with whose it is and when it was made', () => {
    expect(read.pages[0]).toContain('A copy of your data');
    expect(read.pages[0]).toContain('Ada Łovelace Ωмега, ada@example.org');
    expect(read.pages[0]).toContain('Made on 2026-03-01');
  });

  it('has contents whose page numbers are right, and lead there', () => {
    const titles = ['Summary', 'Your user record', 'Picture', 'Evidence', 'Devices', 'Preferences', 'Activity'];
    const entries = [...read.pages[1]!.matchAll(/^(.+?) \.{3,} (\d+)$/gm)].map(([, title, page]) => [
      title,
      Number(page),
    ]);
    expect(entries.map(([title]) => title)).toEqual([...titles, 'Recorded facts']);
    for (const [title, page] of entries) expect([title, pageOf(String(title))]).toEqual([title, page]);
    expect(read.links).toEqual(entries.map(([, page]) => page));
    expect(read.outline).toEqual(['A copy of your data', 'Contents', ...titles, 'Recorded facts']);
  });

  it('numbers every page', () =>
    read.pages.forEach((text, at) => expect(text).toContain(`Page ${at + 1} of ${read.pages.length}`)));

  it('sums up who, which account, when, how much, why, for whom, how long, and which rights there are', () => {
    const summary = read.pages.slice(2, pageOf('Your user record') - 1).join('\n');
    for (const text of [
      ...['0190f5a0-0000-7000-8000-000000000001', '0190f5a0-0000-7000-8000-00000000000a', '2026-03-01 12:00 UTC'],
      ...['Activity: 250 entries', 'Devices: 0 entries', 'Art. 6(1)(b) GDPR', 'kept 30 days', 'Who receives it'],
      ...['Art. 16', 'Art. 17', 'Art. 18', 'Art. 20', 'Art. 77', 'The JSON'],
    ]) {
      expect(summary.replaceAll('\n', ' ').toLowerCase()).toContain(text.toLowerCase());
    }
  });

  it('writes in words: labels, yes and no, what is not there, and times', () => {
    expect(all()).toContain('Notifications › Email: yes');
    expect(all()).toContain('Notifications › Sms: no');
    expect(all()).toContain('Locale: (nothing)');
    expect(all()).toContain('At: 2026-03-01 12:34 UTC');
    expect(read.pages[pageOf('Devices') - 1]).toContain('There is nothing here.');
  });

  it('shows letters of Latin, Greek and Cyrillic, and names those its font lacks', () => {
    expect(all()).toContain('Name: Ada Łovelace Ωмега');
    expect(all()).toContain('Note: [U+4E2D][U+6587]');
  });

  it('shows the picture, and says where a file is that it cannot show', () => {
    expect(read.pictures).toBe(1);
    expect(all()).toContain('A file (application/pdf, 6 bytes): see the JSON or CSV form of the export.');
    expect(all()).toContain('A file (image/jpeg, 10 bytes)');
    expect(all()).toContain('A file (image/jpeg, 3 bytes)');
  });

  it('is bounded: long lists and long values are cut, and it says so', () => {
    expect(all()).toContain(`fact ${bounds.items - 1}`);
    expect(all()).not.toContain(`fact ${bounds.items}\n`);
    expect(all()).toContain('150 more entries are not shown here; the JSON form of the export has them all.');
    expect(all().replaceAll('\n', ' ')).toContain('cut here; the JSON form has all 5000 characters');
  });
});

it('a PDF leaves its process time for others: between two items, and between two pages', async () => {
  const items = Array.from({ length: bounds.items }, (_, n) => ({ note: `${n} `.repeat(400) }));
  let turns = 0;
  const others = () => {
    turns += 1;
    waiting = setImmediate(others);
  };
  let waiting = setImmediate(others);
  const made = await buffer(pdfDocument(contentOf([partOf('activity', 'many', items)], ['pdf'])));
  clearImmediate(waiting);
  const { pages } = await readPdf(made);
  expect(turns).toBeGreaterThanOrEqual(bounds.items + pages.length);
});

describe('words for people', () => {
  it.each([
    ['emergency_contact.phone_number', 'Emergency contact › Phone number'],
    ['odd\\.name', 'Odd.name'],
  ])('%s reads %s', (path, label) => expect(labelOf(path)).toBe(label));
  it.each([
    ['account', 'as long as the account lasts'],
    ['P30D', '30 days'],
    ['P1Y', '1 year'],
    ['PT5M', 'PT5M'],
  ])('what is kept %s is kept %s', (retention, words) => expect(retentionWords(retention)).toBe(words));
  it('leaves text that only looks a little like a time alone', () =>
    expect(valueOf('at 2026-03-01T12:34:56Z')).toBe('at 2026-03-01T12:34:56Z'));
});
