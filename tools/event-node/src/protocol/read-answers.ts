import { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb';
import { ReadResp } from '@eventstore/db-client/generated/streams_pb';

/** Everything a read answers besides events, encoded. */
const encode = (response: ReadResp): Buffer => Buffer.from(response.serializeBinary());

export const confirmation = (subscriptionId: string): Buffer =>
  encode(new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(subscriptionId)));

export const caughtUp = encode(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));

/** Up to this position nothing else matches the subscription's filter. */
export const checkpoint = (position: number): Buffer =>
  encode(
    new ReadResp().setCheckpoint(
      new ReadResp.Checkpoint().setCommitPosition(position.toString()).setPreparePosition(position.toString()),
    ),
  );

export const streamNotFound = (stream: string): Buffer =>
  encode(
    new ReadResp().setStreamNotFound(
      new ReadResp.StreamNotFound().setStreamIdentifier(
        new StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8')),
      ),
    ),
  );
