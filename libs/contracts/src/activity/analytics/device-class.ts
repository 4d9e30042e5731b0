import { z } from 'zod';

/** What kind of device a request came from, by what its client says of itself. `other`: programs, robots, and who says nothing. */
export const DeviceClass = z.enum(['desktop', 'mobile', 'tablet', 'other']);
export type DeviceClass = z.infer<typeof DeviceClass>;
