import { z } from 'zod';

/** Names that would speak for the house, for a part of it, or for nobody; separators make no other name of them. */
const reserved = new Set(
  `about abuse account accounts admin administrator administrators admins all anonymous api archive auth avatar billing
  bot contact deleted dev developer directory docs everybody everyone erased export feedback finance guest health help
  helpdesk here home hostmaster hr info internal it legal login logout mail mailerdaemon maintainer manager me member
  members moderator my news noreply nobody none null official operator ops owner owners postmaster preferences press
  privacy private profile profiles public register root sales search security self service services settings signin
  signup staff status superadmin superuser support sys sysadmin system systems team test undefined unknown user users
  verified webmaster www you`.split(/\s+/),
);

const plain = (handle: string) => handle.toLowerCase().replace(/[._-]/g, '');

/** Short name of a person, one of its kind in the account. Case is kept and makes no difference. */
export const handleText = z
  .string()
  .trim()
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9]|[._-](?=[a-zA-Z0-9])){1,29}$/,
    'must be 2 to 30 letters, digits and single . _ - between them',
  )
  .refine((handle) => !reserved.has(plain(handle)), 'is reserved; choose another one');
