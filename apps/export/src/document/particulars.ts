import { allEvents, type ExportPart, type ManifestPart } from '@annals/contracts';
import { recordedContracts } from '../views/records/records.projection.js';

interface Particulars {
  source: string;
  /** Types of the events that the part is made of: their marks say why it is processed, and how long it is kept. */
  of: readonly string[];
}

const people = ['UserRegistered', 'UserUpdated', 'EmailChangeRequested', 'EmailChanged'];
const requests = ['VerificationRequested', 'VerificationApproved', 'VerificationRejected'];
const documents = ['VerificationDocumentAdded', 'VerificationDocumentRemoved'];
const invited = ['InvitationCreated', 'InvitationAccepted'];
const membersOf = [...people, 'ProfileUpdated', 'HandleClaimed', 'AvatarChanged', 'PreferencesUpdated'];

const particulars: Readonly<Record<ExportPart, Particulars>> = {
  user: { source: 'identity', of: people },
  accounts: { source: 'identity', of: [] },
  sessions: { source: 'identity', of: ['SessionStarted', 'NewDeviceSeen'] },
  devices: { source: 'identity', of: ['DeviceNamed', 'SessionStarted'] },
  passkeys: { source: 'identity', of: ['PasskeyAdded'] },
  providers: { source: 'identity', of: ['ProviderLinked'] },
  profile: { source: 'profile', of: ['ProfileUpdated', 'HandleClaimed'] },
  avatar: { source: 'profile', of: ['AvatarChanged', 'AvatarRemoved'] },
  privacy: { source: 'profile', of: [] },
  verification: { source: 'profile', of: [...requests, ...documents] },
  evidence: { source: 'profile', of: documents },
  disclosures: { source: 'profile', of: ['ProfileDisclosed'] },
  preferences: { source: 'profile', of: ['PreferencesUpdated'] },
  consents: { source: 'profile', of: [] },
  activity: { source: 'activity', of: ['ActivityTracked'] },
  records: { source: 'export', of: recordedContracts.map(({ type }) => type) },
  account: { source: 'identity', of: [] },
  members: { source: 'identity', of: membersOf },
  roles: { source: 'identity', of: [] },
  invitations: { source: 'identity', of: invited },
};

type Purposes = ManifestPart['purposes'];

function purposesOf(types: readonly string[]): Purposes {
  const found = new Map<string, Purposes[number]>();
  const marks = allEvents.filter(({ type }) => types.includes(type)).flatMap(({ personalFields }) => personalFields);
  for (const { mark } of marks) {
    const { purpose, basis, category, retention } = mark;
    const key = [purpose, basis, retention].join(' ');
    const known = found.get(key) ?? { purpose, basis, categories: [], retention };
    if (!known.categories.includes(category)) known.categories.push(category);
    found.set(key, known);
  }
  return [...found.values()].sort((a, b) => a.purpose.localeCompare(b.purpose));
}

/** Where a part comes from, why its data is processed and how long it is kept: as the contracts are marked. */
export function particularsOf(part: ExportPart): Pick<ManifestPart, 'source' | 'purposes'> {
  const { source, of } = particulars[part];
  return { source, purposes: purposesOf(of) };
}
