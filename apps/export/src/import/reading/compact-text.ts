import type { JsonToken } from './json-tokens.js';

/**
 * Writes tokens as `JSON.stringify` would write their value, so that its hash can be taken without the value in memory:
 * spaces between values do not count, everything else does.
 */
export function compactText(): (token: JsonToken) => string {
  /** Of each open container: whether something stands in it already. */
  const filled: boolean[] = [];
  let afterKey = false;

  const before = (): string => {
    const comma = !afterKey && filled.at(-1) === true ? ',' : '';
    if (filled.length > 0) filled[filled.length - 1] = true;
    afterKey = false;
    return comma;
  };
  const opening = (mark: string): string => {
    const text = before() + mark;
    filled.push(false);
    return text;
  };
  const closing = (mark: string): string => {
    filled.pop();
    return mark;
  };
  const named = (key: string): string => {
    const text = `${before()}${JSON.stringify(key)}:`;
    afterKey = true;
    return text;
  };

  return (token) => {
    switch (token.name) {
      case 'startObject':
        return opening('{');
      case 'startArray':
        return opening('[');
      case 'endObject':
        return closing('}');
      case 'endArray':
        return closing(']');
      case 'startString':
        return `${before()}"`;
      case 'stringChunk':
        return JSON.stringify(token.value).slice(1, -1);
      case 'endString':
        return '"';
      case 'keyValue':
        return named(token.value);
      case 'numberValue':
        return before() + String(Number(token.value));
      default:
        return before() + String(token.value);
    }
  };
}
