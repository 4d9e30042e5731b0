import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, type EventData, jsonEvent, type ResolvedEvent } from '@eventstore/db-client';
import { type EventNode, startEventNode } from '../index.js';
import { type ThrowAwayPostgres, throwAwayPostgres } from '../throw-away-postgres.js';

/** A server that the conformance specs run against. */
export interface Target {
  readonly name: string;
  /** False for a real server, which shares neither our limits nor our log. */
  readonly isNode: boolean;
  start(): Promise<{ url: string; stop(): Promise<void> }>;
}

const memory: Target = { name: 'the memory store', isNode: true, start: () => startEventNode({ store: 'memory' }) };

const postgres: Target = {
  name: 'the PostgreSQL store',
  isNode: true,
  start: async () => {
    const server: ThrowAwayPostgres = await throwAwayPostgres();
    const node: EventNode = await startEventNode({ store: { postgresUrl: await server.database() } });
    return {
      url: node.url,
      stop: async () => {
        await node.stop();
        await server.stop();
      },
    };
  },
};

/** Both stores, and the server at EVENTSTORE_URL where there is one: what holds for the node must hold there. */
export function targets(): Target[] {
  const url = process.env['EVENTSTORE_URL'];
  if (url === undefined) return [memory, postgres];
  return [
    memory,
    postgres,
    { name: `the server at ${url}`, isNode: false, start: async () => ({ url, stop: async () => undefined }) },
  ];
}

/** A stream nobody has used. */
export const newStream = (category = 'thing'): string => `${category}-${randomUUID()}`;

export const event = (type = 'thing-done', data: Record<string, unknown> = {}, id = randomUUID()): EventData =>
  jsonEvent({ id, type, data: { ...data }, metadata: { by: 'spec' } });

export const events = (count: number): EventData[] =>
  Array.from({ length: count }, (_, n) => event('thing-done', { n }));

export const revisionsOf = (read: readonly ResolvedEvent[]): bigint[] => read.map(({ event: e }) => e?.revision ?? -1n);

export async function collect(readable: AsyncIterable<ResolvedEvent>): Promise<ResolvedEvent[]> {
  const all: ResolvedEvent[] = [];
  for await (const resolved of readable) all.push(resolved);
  return all;
}

export const connect = (url: string): EventStoreDBClient => EventStoreDBClient.connectionString(url);
