import { z } from 'zod';
import { ProblemBody } from './problem.js';

export type JsonSchema = Record<string, unknown>;

/** Collects the schemas that carry an id of their own, so that the document names each once. */
export interface SchemaCollector {
  /** Schema of what a client sends: fields with a default are optional. */
  input(schema: z.ZodType): JsonSchema;
  /** Schema of what a client gets back. */
  output(schema: z.ZodType): JsonSchema;
  components(): Record<string, JsonSchema>;
}

const reference = (id: string): string => `#/components/schemas/${id}`;

/** Moves `$defs` of one converted schema into the shared components and points the references there. */
function hoist(converted: JsonSchema, components: Map<string, JsonSchema>): JsonSchema {
  const { $schema: _dialect, $defs, ...schema } = converted;
  for (const [id, definition] of Object.entries(($defs as Record<string, JsonSchema> | undefined) ?? {})) {
    components.set(id, repoint(definition));
  }
  return repoint(schema);
}

function repoint<T>(value: T): T {
  if (Array.isArray(value)) return value.map(repoint) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace('#/$defs/', '#/components/schemas/')]
        : [key, repoint(inner as unknown)],
    ),
  ) as T;
}

/** That a number is exact in JavaScript is no news to a reader, and its limits make strange examples. */
function leaveOutSafeRange(schema: { minimum?: number; maximum?: number }): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

/** Starts with the one error body, which every operation may answer. */
export function schemaCollector(): SchemaCollector {
  const components = new Map<string, JsonSchema>();
  const convert = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema =>
    hoist(
      z.toJSONSchema(schema, {
        io,
        target: 'draft-2020-12',
        unrepresentable: 'any',
        override: ({ jsonSchema }) => leaveOutSafeRange(jsonSchema),
      }),
      components,
    );
  components.set('Problem', convert(ProblemBody, 'output'));
  return {
    input: (schema) => convert(schema, 'input'),
    output: (schema) => convert(schema, 'output'),
    components: () => Object.fromEntries(components),
  };
}

export const problemReference = { $ref: reference('Problem') };
