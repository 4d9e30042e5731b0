import { UUID } from '@eventstore/db-client/generated/shared_pb';
import { InvalidRequest } from '../log/errors.js';

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID in either of the protocol's two forms, as lower-case text. Throws InvalidRequest for anything else. */
export function readUuid(uuid: UUID | undefined): string {
  const structured = uuid?.getStructured();
  const text = structured
    ? dashed(halfOf(structured.getMostSignificantBits()) + halfOf(structured.getLeastSignificantBits()))
    : (uuid?.getString() ?? '').toLowerCase();
  if (!pattern.test(text)) throw new InvalidRequest(`"${text}" is not a UUID.`);
  return text;
}

/** The halves are signed 64-bit integers. */
const halfOf = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');

const dashed = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

export const stringUuid = (text: string): UUID => new UUID().setString(text);

/** The two signed halves of a UUID, for readers that asked for them. */
export function structuredUuid(text: string): UUID {
  const hex = text.replaceAll('-', '');
  const half = (from: number) => BigInt.asIntN(64, BigInt(`0x${hex.slice(from, from + 16)}`)).toString();
  return new UUID().setStructured(
    new UUID.Structured().setMostSignificantBits(half(0)).setLeastSignificantBits(half(16)),
  );
}
