import type { MountedRoute } from '../http/mount.js';
import type { Logger } from '../log.js';
import { processMetrics, type Metrics } from '../metrics.js';
import { parkedDesk, type ParkedDeskOptions } from './parked-desk.js';
import { showParked } from './parked-metrics.js';
import { parkedInside } from './parked-routes.js';

/** A service's share in `GET /parked`: what it answers inside, and what its metrics show. */
export function openParkedDesk(options: ParkedDeskOptions & { logger: Logger; metrics?: Metrics }): MountedRoute[] {
  const desk = parkedDesk(options);
  showParked(desk, options.metrics ?? processMetrics, options.logger);
  return parkedInside(desk);
}
