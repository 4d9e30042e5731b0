import type { Content } from '../document.js';
import { retentionWords, purposeLine, wordsOf } from './words.js';
import type { Pages } from './pages.js';

/** Most items of a list, characters of a value, and pages: beyond, the PDF sums up and the JSON has it all. */
export const bounds = { items: 100, valueChars: 1_000, pages: 2_000 };

const rights = [
  'to have what is wrong corrected (Art. 16): in your profile and settings, or by asking the account',
  'to have it erased (Art. 17): under Data and privacy, or by asking the account',
  'to have its processing restricted (Art. 18), and to object to it (Art. 21)',
  'to take it elsewhere (Art. 20): the JSON and CSV forms of this export are made for that',
  'to take back what you agreed to, at any time (Art. 7(3)), in your privacy settings',
  'to complain to a supervisory authority (Art. 77)',
];

const recipients =
  'Members of the account, as far as your privacy settings let them; administrators and support of the account, each ' +
  'look at what you keep private being recorded under Disclosures; whoever runs this installation, who stores the ' +
  'data encrypted. Nobody else.';

/** Who, which account, when, what and how much of it, why, who gets it, how long, and what can be done about it. */
export function writeSummary(pages: Pages, { manifest, parts }: Content, person: string | null): void {
  pages.heading('Summary', 1);
  pages.row('Person', person ? `${person} (${manifest.user_id})` : manifest.user_id);
  pages.row('Account', manifest.account_id);
  pages.row('Made at', `${manifest.created_at.slice(0, 16).replace('T', ' ')} UTC`);
  pages.row('Export', manifest.export_id);
  pages.row('Scope', manifest.scope === 'self' ? 'what is held about you' : 'what the account holds');
  pages.doc.moveDown();

  pages.heading('What is in it', 2);
  for (const { part, items, kind, source } of parts) {
    const count =
      kind === 'one' ? (items === 0 ? 'nothing' : 'one record') : `${items} ${items === 1 ? 'entry' : 'entries'}`;
    pages.row(wordsOf(part).title, `${count}, kept by the service “${source}”`);
  }
  pages.doc.moveDown();

  pages.heading('Why it is processed, and how long it is kept', 2);
  for (const { part, purposes } of parts) {
    if (purposes.length > 0) pages.row(wordsOf(part).title, purposes.map(purposeLine).join('; '));
  }
  pages.row('Everything else', `for the contract; kept ${retentionWords('account')}`);
  pages.doc.moveDown();

  pages.heading('Who receives it', 2);
  pages.paragraph(recipients);

  pages.heading('Your rights', 2);
  for (const right of rights) pages.paragraph(`• You have the right ${right}.`);

  pages.heading('How to read this document', 2);
  pages.paragraph(
    `It shows at most ${bounds.items} entries of each list and ${bounds.valueChars} characters of each value; the JSON ` +
      'form of the export has all of them. Letters that its font lacks, as those of Chinese, Japanese and Korean, are ' +
      'written by their code point, as in [U+4E2D]; scripts that run from right to left stand in the order they are ' +
      'stored. Times are in UTC.',
  );
}
