import { type StoredEvent } from '@annals/event-store';

export interface Description {
  type: string;
  category: string;
  tags: string[];
}

/** What people call it where the event's own name would not tell them. */
const named: Readonly<Record<string, { type: string; category: string }>> = {
  SessionStarted: { type: 'sign_in', category: 'security' },
  UserRegistered: { type: 'registered', category: 'account' },
  MembershipGranted: { type: 'account_joined', category: 'account' },
  MembershipEnded: { type: 'account_left', category: 'account' },
  MembershipRoleChanged: { type: 'account_role_changed', category: 'account' },
  CommandRejected: { type: 'request_rejected', category: 'security' },
  CommandChangedNothing: { type: 'request_without_effect', category: 'security' },
  RefreshTokenReplayed: { type: 'session_token_reused', category: 'security' },
  SignCountRegressed: { type: 'passkey_copy_suspected', category: 'security' },
  NewDeviceSeen: { type: 'sign_in_from_new_device', category: 'security' },
  NewCountrySeen: { type: 'sign_in_from_new_country', category: 'security' },
  ImpossibleTravelSeen: { type: 'sign_in_from_impossible_distance', category: 'security' },
  RetentionApplied: { type: 'old_entries_removed', category: 'data' },
  RetentionChanged: { type: 'retention_changed', category: 'data' },
};

/** By the event's stream; anything new is about the account until somebody says otherwise here. */
const categories: Readonly<Record<string, string>> = {
  session: 'security',
  credential: 'security',
  denial: 'security',
  attempt: 'security',
  reading: 'security',
  apikey: 'security',
  device: 'security',
  provider: 'security',
  signingkey: 'security',
  profile: 'profile',
  disclosure: 'profile',
  verification: 'profile',
  review: 'profile',
  preferences: 'preferences',
  feedback: 'feedback',
  export: 'data',
  import: 'data',
  erasure: 'data',
  auditaccess: 'data',
  activityaccess: 'data',
};

/** Fields that say who and when, and nothing about what was changed. */
const silent = new Set(['updated_at', 'reason']);

/** How the event reads in a person's activity log: every event has a name there, also one that was added yesterday. */
export function describeEvent(event: StoredEvent, category: string, keys: readonly string[]): Description {
  const fields = Object.keys(event.data).filter((field) => !keys.includes(field) && !silent.has(field));
  const { reason } = event.data;
  if (event.type === 'SessionEnded') {
    const type = reason === 'logout' ? 'sign_out' : 'session_ended';
    return { type, category: 'security', tags: typeof reason === 'string' ? [reason] : [] };
  }
  const known = named[event.type];
  return {
    type: known?.type ?? snakeCase(event.type),
    category: known?.category ?? categories[category] ?? 'account',
    tags: event.type.endsWith('Updated') ? fields : [],
  };
}

function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, '_$&').toLowerCase();
}
