import type { ExportPart, ManifestPart } from '@annals/contracts';

interface PartWords {
  title: string;
  about: string;
}

/** What people call a part, and what is in it. */
export const partWords: Readonly<Record<ExportPart, PartWords>> = {
  user: { title: 'Your user record', about: 'Your name, your address, and the state of your registration.' },
  accounts: { title: 'Accounts', about: 'Accounts in which you are a member, and as what.' },
  sessions: { title: 'Sessions', about: 'Where you are signed in, with device and network address.' },
  devices: { title: 'Devices', about: 'Devices you signed in with, and what you call them.' },
  passkeys: { title: 'Passkeys', about: 'Passkeys you may sign in with. Their secrets never leave your devices.' },
  providers: { title: 'Linked identities', about: 'Identities of other issuers that you may sign in with.' },
  profile: { title: 'Profile', about: 'What you say about yourself in this account.' },
  avatar: { title: 'Picture', about: 'Your picture in this account.' },
  privacy: { title: 'Privacy settings', about: 'Who may see what of your profile, and what you agree to.' },
  verification: { title: 'Verification', about: 'What you asked to be found true, with what, and what was decided.' },
  evidence: { title: 'Evidence', about: 'Documents you uploaded to be verified.' },
  disclosures: { title: 'Disclosures', about: 'Who of the staff was shown what you keep private, when, and why.' },
  preferences: { title: 'Preferences', about: 'Language, time zone, notifications and the like.' },
  consents: {
    title: 'Consents',
    about: 'Every time you agreed to something, or took it back, with the text you were shown.',
  },
  activity: { title: 'Activity', about: 'What you did in this account and what was done to your things.' },
  records: { title: 'Recorded facts', about: 'Every personal value that was ever recorded about you, fact by fact.' },
  account: { title: 'The account', about: 'The account itself with its settings.' },
  members: { title: 'Members', about: 'All members with what they keep in the account.' },
  roles: { title: 'Roles', about: 'Roles that the account made.' },
  invitations: { title: 'Invitations', about: 'Invitations that wait for an answer.' },
};

export const wordsOf = (part: string): PartWords =>
  partWords[part as ExportPart] ?? { title: labelOf(part), about: '' };

/** `emergency_contact.phone_number` reads "Emergency contact › Phone number". */
export function labelOf(path: string): string {
  const names = path.split(/(?<!\\)\./).map((name) => {
    const words = name.replaceAll('\\.', '.').replaceAll(/[_-]+/g, ' ').trim();
    return words.charAt(0).toUpperCase() + words.slice(1);
  });
  return names.join(' › ');
}

const moment = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(\.\d+)?Z$/;

/** A value for people; what is not there is said to be so. */
export function valueOf(cell: string): string {
  if (cell === '') return '(nothing)';
  if (cell === 'true' || cell === 'false') return cell === 'true' ? 'yes' : 'no';
  return cell.replace(moment, '$1 $2 UTC');
}

const purposeWords: Readonly<Record<string, string>> = {
  account: 'to run your user account',
  profile: 'to show your profile',
  preferences: 'to work the way you prefer',
  security: 'to keep your sign-in safe',
  analytics: 'to understand how the service is used',
  support: 'to handle what you or the account asked for',
};
const basisWords: Readonly<Record<string, string>> = {
  contract: 'contract, Art. 6(1)(b) GDPR',
  consent: 'your consent, Art. 6(1)(a) GDPR',
  legal_obligation: 'legal obligation, Art. 6(1)(c) GDPR',
  legitimate_interest: 'legitimate interest, Art. 6(1)(f) GDPR',
};
const units: Readonly<Record<string, string>> = { Y: 'year', M: 'month', D: 'day' };

export function retentionWords(retention: string): string {
  if (retention === 'account') return 'as long as the account lasts';
  const [, count = '', unit = ''] = /^P(\d+)([YMD])$/.exec(retention) ?? [];
  return unit ? `${count} ${units[unit]}${count === '1' ? '' : 's'}` : retention;
}

/** Why, on what ground and how long, in one line. */
export function purposeLine({ purpose, basis, retention }: ManifestPart['purposes'][number]): string {
  return `${purposeWords[purpose] ?? purpose} (${basisWords[basis] ?? basis}); kept ${retentionWords(retention)}`;
}
