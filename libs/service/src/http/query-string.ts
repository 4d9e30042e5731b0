import { Problem } from '@annals/contracts';
import { isStorable } from './storable.js';

const mostParameters = 100;

/**
 * The query of a URL: a text per name, a list where a name is repeated. Names that reach into prototypes cannot.
 * @throws Problem 400 `query-too-long`, `query-text-refused`
 */
export function readQuery(search: string): Record<string, string | string[]> {
  const query = Object.create(null) as Record<string, string | string[]>;
  if (search === '') return query;
  const params = new URLSearchParams(search);
  if (params.size > mostParameters) {
    throw new Problem(400, 'query-too-long', `A query has at most ${mostParameters} parameters`);
  }
  for (const [name, value] of params) {
    if (!isStorable(name) || !isStorable(value)) {
      throw new Problem(400, 'query-text-refused', 'Text may not hold NUL');
    }
    const known = query[name];
    query[name] = known === undefined ? value : [...(typeof known === 'string' ? [known] : known), value];
  }
  return query;
}
