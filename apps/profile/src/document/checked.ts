import { fieldProblems, Problem } from '@annals/contracts';
import { type z } from 'zod';

/**
 * What a merge produced, checked by the document's own schema: a patch can be well formed and its result still wrong.
 * @throws Problem 400 `invalid-document`
 */
export function checked<S extends z.ZodType>(schema: S, document: unknown): z.output<S> {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new Problem(400, 'invalid-document', 'The result of the patch is not valid', {
    fields: fieldProblems(parsed.error),
  });
}
