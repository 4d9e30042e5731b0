import { z } from 'zod';
import { event, pii, type CurrentUserContext, type DomainEvent, type EventContract } from '@annals/contracts';
import type { Aggregate, Command } from './aggregate.js';
import { uuidv7 } from './ids.js';

/** A small life for specs: somebody's notebook, whose title is public and whose notes are personal. */
const note = { category: 'content', purpose: 'profile', basis: 'contract', retention: 'account' } as const;

export const notebookOpened = event('NotebookOpened', {
  category: 'notebook',
  data: z.object({ owner_id: z.string(), title: z.string(), colour: z.string().default('white') }),
  audit: { entity: 'notebook', action: 'INSERT', keys: ['owner_id'] },
});

export const noteWritten = event('NoteWritten', {
  category: 'notebook',
  data: z.object({
    owner_id: z.string(),
    number: z.number(),
    text: pii(z.string(), note).nullable().optional(),
    by_place: z.record(z.string(), z.object({ address: pii(z.string(), { ...note, purpose: 'security' }) })).optional(),
    drawings: z.array(pii(z.string(), note)).optional(),
  }),
  subject: 'owner_id',
  audit: { entity: 'notebook', action: 'UPDATE', keys: ['owner_id'] },
});

export const notebookEvents: readonly EventContract[] = [notebookOpened, noteWritten];

export interface Notebook {
  title: string | null;
  notes: readonly unknown[];
}

export const notebook: Aggregate<Notebook> = {
  category: 'notebook',
  initial: { title: null, notes: [] },
  evolve: (state, { type, data }) => {
    if (type === 'NotebookOpened') return { ...state, title: data.title as string };
    return { ...state, notes: [...state.notes, data.text] };
  },
};

export const ownerId = '5b0f4a52-0c8c-4b9a-9a57-1f6d8c6fd001';
export const accountId = '5b0f4a52-0c8c-4b9a-9a57-1f6d8c6fd002';

export const context: CurrentUserContext = {
  kind: 'user',
  user_id: ownerId,
  principal: null,
  user_email_hash: null,
  account_id: accountId,
  account_slug: 'acme',
  session_id: '5b0f4a52-0c8c-4b9a-9a57-1f6d8c6fd003',
  membership_id: null,
  role: 'EDITOR',
  roles: [],
  permissions: [],
  is_super_admin: false,
  is_system_admin_access: false,
  ...{
    conditional_permissions: [],
    temporary_roles: [],
    elevation_id: null,
    valid_until: null,
    authenticated_at: null,
  },
  auth_methods: ['password'],
  actor: null,
  request_id: 'request-1',
  transaction_id: 'transaction-1',
  correlation_id: 'correlation-1',
  causation_id: 'causation-1',
  ip_address: '192.0.2.7',
  user_agent: 'spec',
  traceparent: null,
  timestamp: '2026-01-01T00:00:00.000Z',
};

/** A command that decides with `decide`, new unless its id is given. */
export function command<S>(decide: (state: S) => readonly DomainEvent[], part: Partial<Command<S>> = {}): Command<S> {
  return { id: uuidv7(), context, now: '2026-01-01T00:00:00.000Z', decide, ...part };
}

export const opened = (title: string): DomainEvent => ({
  type: 'NotebookOpened',
  data: { owner_id: ownerId, title, colour: 'white' },
});

export const written = (number: number, text: string): DomainEvent => ({
  type: 'NoteWritten',
  data: { owner_id: ownerId, number, text },
});

/** Opens the notebook once; already open, there is nothing to do. */
export const open = (title: string, part: Partial<Command<Notebook>> = {}): Command<Notebook> =>
  command<Notebook>((state) => (state.title === null ? [opened(title)] : []), part);

/** Writes one more note, whatever there is. */
export const write = (text: string, part: Partial<Command<Notebook>> = {}): Command<Notebook> =>
  command<Notebook>((state) => [written(state.notes.length, text)], part);
