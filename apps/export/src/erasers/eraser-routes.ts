import type { ProjectionRunner } from '@annals/postgres';
import { erasureInside, type MountedRoute } from '@annals/service';
import { erasesExports, type ExportsToErase } from './erase-exports.js';
import { erasesImports } from './erase-imports.js';

/** What this service answers when somebody was erased: its read models have followed, and the rest is removed. */
export function eraserRoutes(parts: ExportsToErase & { runners: readonly ProjectionRunner[] }): MountedRoute[] {
  return erasureInside({ runners: parts.runners, erasers: [erasesExports(parts), erasesImports(parts)] });
}
