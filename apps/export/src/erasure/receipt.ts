import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The receipt of an erasure: 256 bits that nobody guesses, made of the command with a secret, so that a repeated command
 * gets the same one and none is ever stored.
 * @param secret of this service, 32 bytes
 */
export const receiptOf = (secret: Uint8Array, commandId: string): string =>
  createHmac('sha256', secret).update(`erasure receipt ${commandId}`).digest('base64url');

/** What is stored of it. */
export const receiptHash = (receipt: string): string => createHash('sha256').update(receipt).digest('hex');

/** In the same time for every wrong one. */
export const isReceipt = (receipt: string, hash: string): boolean =>
  timingSafeEqual(Buffer.from(receiptHash(receipt), 'hex'), Buffer.from(hash, 'hex'));
