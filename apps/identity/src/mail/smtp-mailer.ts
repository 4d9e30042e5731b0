import { createTransport } from 'nodemailer';
import type { Mailer } from './mailer.js';

/** A server that is silent for so long has failed: the mail is tried again, and others wait no longer for it. */
const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** Sends through an SMTP server: `smtp://user:password@host:port`, or `smtps://`. */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport({ url, ...patience, disableFileAccess: true, disableUrlAccess: true });
  return {
    async send({ id, to, ...mail }) {
      // As one address, not as a text that may hold a list of them.
      await transport.sendMail({ ...mail, to: { name: '', address: to }, from, messageId: `<${id}@annals>` });
    },
  };
}
