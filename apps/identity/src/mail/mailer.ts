/** A mail in plain text. */
export interface Mail {
  /** Of the fact it follows from: a mail sent twice is recognised. */
  id: string;
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Resolves when the mail is handed over for good. */
  send(mail: Mail): Promise<void>;
}
