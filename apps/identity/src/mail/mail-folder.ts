import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Mailer } from './mailer.js';

/** A mail as the development mail box shows it. */
export interface KeptMail {
  id: string;
  to: string;
  subject: string;
  text: string;
  links: string[];
  codes: string[];
  sent_at: string;
}

/** Keeps mail as `.eml` files in a folder instead of sending it: for development, where nobody's mail box is at the other end. */
export function folderMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    async send({ id, to, ...mail }) {
      const addressed = { ...mail, to: { name: '', address: to }, from, messageId: `<${id}@annals>` };
      const made = await transport.sendMail({ ...addressed, textEncoding: 'base64' });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `${id}.eml`);
      await writeFile(`${path}.part`, made.message as Buffer, { mode: 0o600 });
      // Renamed when whole, so that no reader meets half a mail.
      await rename(`${path}.part`, path);
    },
  };
}

/** Mail kept for an address, newest first. */
export async function readMailFolder(folder: string, to: string): Promise<KeptMail[]> {
  return (await keptMails(folder))
    .filter((mail) => mail.to === to)
    .sort((a, b) => (a.sent_at < b.sent_at ? 1 : a.sent_at > b.sent_at ? -1 : a.id < b.id ? 1 : -1));
}

/** Removes mails for good, what is half written of them as well. @returns how many */
export async function removeKeptMails(folder: string, goes: (mail: KeptMail) => boolean): Promise<number> {
  const gone = (await keptMails(folder)).filter(goes);
  for (const { id } of gone) {
    for (const name of [`${id}.eml.part`, `${id}.eml`]) await rm(join(folder, name), { force: true });
  }
  return gone.length;
}

async function keptMails(folder: string): Promise<KeptMail[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml'));
  const mails = names.map(async (name) => {
    // Removed since the names were read.
    const source = await readFile(join(folder, name), 'utf8').catch(unlessGone);
    return source === null ? [] : [keptMail(name.slice(0, -'.eml'.length), source)];
  });
  return (await Promise.all(mails)).flat();
}

function unlessGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** Reads a mail that {@link folderMailer} wrote: plain headers, then one text in base64. */
function keptMail(id: string, source: string): KeptMail {
  const end = source.indexOf('\n\n');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(source.slice(0, end))?.[1] ?? '';
  const text = Buffer.from(source.slice(end), 'base64').toString('utf8');
  return {
    id,
    to: header('to').replace(/[<>]/g, ''),
    subject: header('subject'),
    text,
    links: text.match(/https?:\/\/\S+/g) ?? [],
    codes: [...text.matchAll(/^Code: (\S+)$/gm)].map((match) => match[1]!),
    sent_at: new Date(header('date')).toISOString(),
  };
}
