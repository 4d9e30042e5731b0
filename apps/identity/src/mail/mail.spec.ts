import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderMailer, readMailFolder } from './mail-folder.js';

const from = 'Annals <no-reply@annals.test>';
const mail = (id: string, over: Record<string, string> = {}) => ({
  ...{ id, to: 'ada@example.test', subject: 'Verify your address' },
  ...{ text: 'Grüße!\n\nhttps://annals.test/verify?token=abc\n\nCode: abc\n', ...over },
});

describe('the mail folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'annals-mail-')), 'mail');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives back what was sent, with its links and codes', async () => {
    await folderMailer(folder, from).send(mail('one'));
    expect(await readMailFolder(folder, 'ada@example.test')).toEqual([
      {
        ...mail('one'),
        links: ['https://annals.test/verify?token=abc'],
        codes: ['abc'],
        sent_at: expect.stringMatching(/^\d{4}-/) as string,
      },
    ]);
  });

  it('keeps a mail that is sent twice once, for its owner’s eyes alone', async () => {
    const mailer = folderMailer(folder, from);
    await mailer.send(mail('one'));
    await mailer.send(mail('one'));
    expect(await readdir(folder)).toEqual(['one.eml']);
    expect((await stat(join(folder, 'one.eml'))).mode & 0o077).toBe(0);
  });

  it('shows mail to one address alone, newest first, and no half-written one', async () => {
    const mailer = folderMailer(folder, from);
    await mailer.send(mail('a'));
    await mailer.send(mail('b'));
    await mailer.send(mail('c', { to: 'bob@example.test' }));
    await writeFile(join(folder, 'd.eml.part'), 'half');
    const shown = await readMailFolder(folder, 'ada@example.test');
    expect(shown.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect([...shown].sort((x, y) => (x.sent_at < y.sent_at ? 1 : -1)).map(({ sent_at }) => sent_at)).toEqual(
      shown.map(({ sent_at }) => sent_at),
    );
  });

  it('is empty before the first mail', async () =>
    expect(await readMailFolder(folder, 'ada@example.test')).toEqual([]));
});
