import { z } from 'zod';
import { personalFields, type PersonalField } from './personal-data.js';

/** Effect on the entity as the audit log names it. */
export type AuditAction = 'INSERT' | 'UPDATE' | 'DELETE';

/**
 * What became of something tried that changed nothing: `denied` because they may not, `rejected` because it was wrong or
 * came too late, `unchanged` because everything already was as asked.
 */
export type UncommonOutcome = 'denied' | 'rejected' | 'unchanged';

export interface EventContract<Type extends string = string, Schema extends z.ZodObject = z.ZodObject> {
  /** Past tense, PascalCase; a stored name, never changed. */
  type: Type;
  /** Category of the stream it lives in: `category-<id>`. */
  category: string;
  /** Version of the data written today; older ones pass through `upcasters` when read. */
  version: number;
  data: Schema;
  /** Data field that holds the id of the person the personal fields are about. Required when any field is marked. */
  subject?: string;
  /**
   * How the audit log shows it. Data fields listed in `keys` identify the entity and are not shown as changes. Those in
   * `parts` are objects that carry only the members that changed, so each member is shown as a field of its own.
   * `outcome` says what became of something tried that changed nothing; everything else is a success.
   */
  audit: {
    entity: string;
    action: AuditAction;
    keys: readonly string[];
    parts?: readonly string[];
    outcome?: UncommonOutcome;
  };
  /** `upcasters[n]` turns data of version n into data of version n + 1. */
  upcasters: Readonly<Record<number, (data: Record<string, unknown>) => Record<string, unknown>>>;
  personalFields: readonly PersonalField[];
}

export interface EventDefinition<Schema extends z.ZodObject> {
  category: string;
  version?: number;
  data: Schema;
  subject?: keyof z.infer<Schema> & string;
  audit: {
    entity: string;
    action: AuditAction;
    keys: readonly (keyof z.infer<Schema> & string)[];
    parts?: readonly (keyof z.infer<Schema> & string)[];
    outcome?: UncommonOutcome;
  };
  upcasters?: EventContract['upcasters'];
}

/**
 * Declares an event.
 * @throws Error at start when personal fields have no subject, or an older version has no upcaster.
 */
export function event<Type extends string, Schema extends z.ZodObject>(
  type: Type,
  definition: EventDefinition<Schema>,
): EventContract<Type, Schema> {
  const version = definition.version ?? 1;
  const upcasters = definition.upcasters ?? {};
  const fields = personalFields(definition.data);
  if (fields.length > 0 && !definition.subject) throw new Error(`${type}: personal fields need a subject`);
  for (let from = 1; from < version; from++) {
    if (!upcasters[from]) throw new Error(`${type}: no upcaster from version ${from}`);
  }
  return { ...definition, type, version, upcasters, personalFields: fields };
}

/** The value `{type, data}` of a contract. */
export type EventOf<C> =
  C extends EventContract<infer Type, infer Schema> ? { type: Type; data: z.infer<Schema> } : never;

/** A domain event as deciders see it: a fact with no envelope. */
export interface DomainEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Metadata of every stored event. `$correlationId` and `$causationId` are EventStoreDB's reserved names. */
export const EventMetadata = z.object({
  $correlationId: z.string(),
  $causationId: z.string(),
  command_id: z.string(),
  /** Keyed hash of the command's body: the same id with another body is refused. */
  command_hash: z.string().optional(),
  transaction_id: z.string(),
  account_id: z.string().nullable(),
  actor: z.object({
    user_id: z.string().nullable(),
    session_id: z.string().nullable(),
    kind: z.enum(['user', 'service', 'anonymous']),
    /** Name of the service principal, as in `svc:export`. */
    principal: z.string().optional(),
    on_behalf_of: z.string().nullable(),
    /** Roles the actor had for a time only when they did this. */
    temporary_roles: z.array(z.string()).optional(),
    /** The elevation by which a super admin did this. */
    elevation_id: z.string().optional(),
  }),
  request_id: z.string(),
  traceparent: z.string().optional(),
  schema_version: z.number().int().positive(),
  occurred_at: z.string(),
  /** `ip` is sealed with the actor's security key; absent when nobody signed in is known. */
  client: z.object({ ip: z.string().nullable(), user_agent: z.string().nullable() }),
});
export type EventMetadata = z.infer<typeof EventMetadata>;
