import { z } from 'zod';
import { Condition } from '../../conditions.js';
import { event, type EventOf } from '../../event.js';
import { permissions } from '../../permissions.js';
import { RoleId } from './schemas.js';

const Role = (action: 'INSERT' | 'UPDATE' | 'DELETE') => ({
  entity: 'Role',
  action,
  keys: ['account_id', 'role_id'] as const,
});

/** A role as its account says it. All roles of an account share one stream, so names and parents are decided at once. */
const definition = z.object({
  account_id: z.uuid(),
  role_id: z.uuid(),
  name: z.string(),
  description: z.string(),
  /** The role whose permissions it has too; null for none. */
  parent: RoleId.nullable(),
  /** An inactive role gives nothing and passes nothing on. */
  active: z.boolean(),
  permissions: z.array(z.object({ permission: z.enum(permissions), conditions: z.array(Condition) })),
});

export const RoleDefined = event('RoleDefined', { category: 'role', audit: Role('INSERT'), data: definition });

export const RoleChanged = event('RoleChanged', { category: 'role', audit: Role('UPDATE'), data: definition });

export const RoleDeleted = event('RoleDeleted', {
  category: 'role',
  audit: Role('DELETE'),
  data: z.object({ account_id: z.uuid(), role_id: z.uuid() }),
});

export const roleEvents = [RoleDefined, RoleChanged, RoleDeleted] as const;

export type RoleEvent = EventOf<typeof RoleDefined> | EventOf<typeof RoleChanged> | EventOf<typeof RoleDeleted>;
