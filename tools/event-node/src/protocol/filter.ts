import { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { InvalidRequest } from '../log/errors.js';
import { type RecordedEvent } from '../log/event.js';

const defaultSearchWindow = 32;

export interface EventFilter {
  matches(event: RecordedEvent): boolean;
  /** Considered events between two checkpoints. */
  checkpointInterval: number;
}

/**
 * A filter of `$all`: prefixes or a regular expression, over stream names or event types. The real server's expressions are .NET's, these are
 * JavaScript's: only prefixes and the plain core (`^[^$].*`) mean the same in both. Throws InvalidRequest for an expression that does not parse.
 */
export function readFilter(options: ReadReq.Options.FilterOptions): EventFilter {
  const { FilterCase } = ReadReq.Options.FilterOptions;
  const onStream = options.getFilterCase() === FilterCase.STREAM_IDENTIFIER;
  const expression = onStream ? options.getStreamIdentifier() : options.getEventType();
  if (expression === undefined) throw new InvalidRequest('A filter looks at stream names or at event types.');
  const window = options.hasMax() ? options.getMax() : defaultSearchWindow;
  const multiplier = options.getCheckpointintervalmultiplier();
  if (window < 1 || multiplier < 1) throw new InvalidRequest('Search window and checkpoint interval are at least 1.');
  const test = textTest(expression);
  return {
    matches: onStream ? (event) => test(event.stream) : (event) => test(event.type),
    checkpointInterval: window * multiplier,
  };
}

function textTest(expression: ReadReq.Options.FilterOptions.Expression): (text: string) => boolean {
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0) return (text) => prefixes.some((prefix) => text.startsWith(prefix));
  try {
    const regex = new RegExp(expression.getRegex(), 'u');
    return (text) => regex.test(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidRequest(error.message);
    throw error;
  }
}
