import type { Purpose } from '../personal-data.js';

/** What no mark of a field says about a purpose: whose data it is about, who gets it, what protects it. */
export interface Processing {
  name: string;
  /** What is done, and what for. */
  description: string;
  subjects: readonly string[];
  /** Our own processes that read it in clear, and others to whom it leaves the house. */
  recipients: readonly string[];
  /** Personal data of the purpose that stands in no event. */
  besides: readonly string[];
}

const services = {
  identity: 'identity service: people, accounts, sign-in',
  profile: 'profile service: profiles, preferences, verification',
  activity: 'activity service: activity log, audit log, analytics',
  export: 'export service: copies, imports and erasure on request',
} as const;
const members = 'members of the account, as far as the person lets them';
const auditors = 'members of the account with VIEW_AUDIT_LOG';
const mail = 'mail server of the installation (SMTP_URL)';
const issuers = 'external issuers of identities that the installation or the account trusts';
const objects = 'object store of the installation (OBJECTS_URL): sealed, without the keys';
const people = 'people with an account of their own';
const team = 'members of accounts, present and departed';

/** Every purpose has its record: one without cannot be added. */
export const processings: Readonly<Record<Purpose, Processing>> = {
  account: {
    name: 'Accounts and membership',
    description: 'People are known, sign in, belong to accounts, are invited to them, and get mail about it.',
    subjects: [people, team, 'people who are invited'],
    recipients: [services.identity, services.export, members, auditors, mail, issuers],
    besides: ['hashes of passwords (Argon2id)', 'sealed mails until they are sent'],
  },
  profile: {
    name: 'Profiles and verification',
    description: 'People say who they are, decide who sees it, and have it found true.',
    subjects: [team, 'people named as emergency contacts'],
    recipients: [services.profile, services.export, members, 'anybody, for what the person makes public', objects],
    besides: ['pictures', 'documents of evidence, sealed', 'words of the directory by which members find each other'],
  },
  preferences: {
    name: 'Preferences',
    description: 'Language, time zone, appearance and notifications are as each person wants them.',
    subjects: [team],
    recipients: [services.profile, services.export],
    besides: [],
  },
  security: {
    name: 'Security of sign-in and proof of what was done',
    description:
      'Misuse of accounts is recognised, devices are told from each other, and the audit log says from where.',
    subjects: [people, team, 'anybody who tries to sign in'],
    recipients: [services.identity, services.activity, services.export, auditors, mail],
    besides: ['counters of attempts by keyed hash of address and client', 'seeds of second factors, sealed'],
  },
  analytics: {
    name: 'Activity and its analysis',
    description: 'What people do in clients is kept with their consent; what services see is counted by pseudonym.',
    subjects: [team],
    recipients: [
      services.activity,
      services.export,
      'members of the account with VIEW_ANALYTICS: numbers of five people and more',
    ],
    besides: ['counts by pseudonym and quarter hour', 'days on which a pseudonym was present', 'ratings by pseudonym'],
  },
  support: {
    name: 'Rights of data subjects',
    description: 'Holds and restrictions of what is held about somebody are kept with their reasons.',
    subjects: [team],
    recipients: [services.export, 'members of the account with MANAGE_PRIVACY', auditors],
    besides: ['sealed copies and imports until they expire'],
  },
};

/** Art. 32 GDPR, for every purpose alike. */
export const securityMeasures = [
  'each person’s fields are sealed with keys of their own for each account and purpose (AES-256-GCM); keys lie apart and wrapped',
  'destroying a key erases every copy that it sealed, in backups as well',
  'accounts are kept apart by row-level security and by keys; every answer is checked against the account of its request',
  'between processes only signed contexts count; permissions are looked up anew when work is done later',
  'every read about others and every command is in an append-only log with signed checkpoints',
  'logs and messages on the bus carry ids and no personal text',
] as const;

/** Art. 30(1)(e) GDPR. */
export const transfers =
  'None by the system itself: it runs where its installation runs. What accounts connect (mail server, issuers, object store) is theirs to record.';
