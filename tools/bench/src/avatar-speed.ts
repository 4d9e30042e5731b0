import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@annals/client';
import { uploadAvatarRoute } from '@annals/contracts';
import type { LaunchedStack } from '@annals/stack';
import sharp, { type Sharp } from 'sharp';
import { residentMebibytes } from './processes.js';
import { signInAs } from './sign-in-speed.js';

const times = 20;
const fiveMegabytes = 5 * 1024 * 1024;

/** A picture with large shapes and grain, as a camera takes it. */
async function photo(width: number, height: number): Promise<Sharp> {
  const shapes = { width: Math.ceil(width / 8), height: Math.ceil(height / 8), channels: 3 as const };
  const pixels = await sharp(randomBytes(shapes.width * shapes.height * 3), { raw: shapes })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer();
  const grain = randomBytes(pixels.length);
  for (let at = 0; at < pixels.length; at++) pixels[at] = Math.min(255, pixels[at]! + (grain[at]! & 7));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** The best quality that fits into what the contract takes. */
async function largestJpeg(): Promise<Buffer> {
  const picture = await photo(5_000, 3_750);
  for (let quality = 95; ; quality -= 5) {
    const made = await picture.clone().jpeg({ quality }).toBuffer();
    if (made.length <= fiveMegabytes) return made;
  }
}

async function largestPng(): Promise<Buffer> {
  for (let width = 2_400; ; width -= 100) {
    const made = await (await photo(width, (width / 4) * 3)).png().toBuffer();
    if (made.length <= fiveMegabytes) return made;
  }
}

/** The process that cleans pictures: the child of profile. Peak of its memory, in MiB. */
function peakOfCleaner(stack: LaunchedStack): number {
  const parent = readFileSync(join(stack.layout.runDir, 'profile.pid'), 'utf8').split('\n')[0];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const statuses = pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/status`, 'utf8');
    } catch {
      // It ended between the listing and the reading.
      return '';
    }
  });
  const child = statuses.find((status) => new RegExp(`^PPid:\\s+${parent}$`, 'm').test(status)) ?? '';
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(child)?.[1] ?? 0) / 1024);
}

/** What it takes to send the largest pictures through the gateway: until ten of our own are durable and in the profile. */
export async function avatarTable(stack: LaunchedStack): Promise<string> {
  const { access } = await signInAs(stack.api, 'viewer@acme.test');
  const client = createClient({ baseUrl: stack.api, token: access });
  const profile = Number(readFileSync(join(stack.layout.runDir, 'profile.pid'), 'utf8').split('\n')[0]);
  const rows: string[] = [];
  for (const [type, content] of [
    ['image/jpeg', await largestJpeg()],
    ['image/png', await largestPng()],
  ] as const) {
    const { width, height } = await sharp(content).metadata();
    const taken: number[] = [];
    for (let turn = 0; turn <= times; turn++) {
      const file = { content: new Uint8Array(content), type };
      const start = performance.now();
      await client.call(uploadAvatarRoute, { file });
      // The first one starts the process.
      if (turn > 0) taken.push(performance.now() - start);
    }
    const [sorted, size] = [taken.sort((a, b) => a - b), (content.length / 1024 / 1024).toFixed(1)];
    const [p50, max] = [sorted[times / 2]!.toFixed(0), sorted.at(-1)!.toFixed(0)];
    rows.push(
      `| ${type}, ${width} × ${height}, ${size} MB | ${p50} | ${max} | ${peakOfCleaner(stack)} | ${residentMebibytes(profile)} |`,
    );
  }
  return [
    `### Pictures through the gateway, ${times} times each`,
    '',
    '| sent | p50 ms | max ms | peak MiB of the process that cleans | MiB of profile |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
