import { type StreamIdentifier } from '@eventstore/db-client/generated/shared_pb';
import { type BatchAppendReq } from '@eventstore/db-client/generated/streams_pb';
import { AppendTooLarge, InvalidRequest } from '../log/errors.js';
import { type ProposedEvent, proposedSize } from '../log/event.js';
import { readProposed } from './append-request.js';
import { maxAppendBytes } from './limits.js';

/** An append as its frames have brought it: complete, or refused before it was. */
export interface AssembledAppend {
  options: BatchAppendReq.Options | undefined;
  /** Every answer names the stream, because clients look at it before they look at anything else. */
  identifier: StreamIdentifier | undefined;
  content: { kind: 'events'; events: readonly ProposedEvent[] } | { kind: 'refused'; error: Error };
}

interface Incomplete {
  options: BatchAppendReq.Options | undefined;
  events: ProposedEvent[];
  bytes: number;
  /** Already answered: the frames that still come are swallowed, for a second answer would crash the client. */
  refused: boolean;
}

const maxIncomplete = 1_000;

/** Puts the frames of interleaved appends together by correlation id. Answers each append once, with its last frame or with the one that breaks a rule. */
export function createAssembly(): { add(correlationId: string, frame: BatchAppendReq): AssembledAppend | undefined } {
  const incomplete = new Map<string, Incomplete>();

  function collect(append: Incomplete, frame: BatchAppendReq): Error | undefined {
    try {
      for (const message of frame.getProposedMessagesList()) {
        const event = readProposed(message);
        append.bytes += proposedSize(event);
        if (append.bytes > maxAppendBytes) return new AppendTooLarge();
        append.events.push(event);
      }
    } catch (error) {
      if (error instanceof InvalidRequest) return error;
      throw error;
    }
    if (append.options === undefined) return new InvalidRequest('The first frame of an append carries its options.');
    if (incomplete.size > maxIncomplete) return new InvalidRequest('Too many unfinished appends on one connection.');
    return undefined;
  }

  return {
    add: (correlationId, frame) => {
      const append = incomplete.get(correlationId) ?? {
        options: undefined,
        events: [],
        bytes: 0,
        refused: false,
      };
      append.options ??= frame.getOptions();
      if (frame.getIsFinal()) incomplete.delete(correlationId);
      else incomplete.set(correlationId, append);
      if (append.refused) return undefined;

      const error = collect(append, frame);
      const { options, events } = append;
      const identifier = options?.getStreamIdentifier();
      if (error !== undefined) {
        append.refused = true;
        append.events = [];
        return { options, identifier, content: { kind: 'refused', error } };
      }
      return frame.getIsFinal() ? { options, identifier, content: { kind: 'events', events } } : undefined;
    },
  };
}
