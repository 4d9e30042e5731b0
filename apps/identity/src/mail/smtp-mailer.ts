import { createTransport } from 'nodemailer';
import type { Mailer } from './mailer.js';

/** Sends through an SMTP server: `smtp://user:password@host:port`, or `smtps://`. */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport(url);
  return {
    async send({ id, ...mail }) {
      await transport.sendMail({ ...mail, from, messageId: `<${id}@annals>` });
    },
  };
}
