import { measureFlood } from './flood.js';
import { measureChecks, measureRefresh, measureRevocation, type ShutOut } from './session-speed.js';
import { measureSignIn, rateOf } from './sign-in-speed.js';

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
const ms = (microseconds: number) => (microseconds / 1000).toFixed(1);
const whole = (value: number) => Math.round(value).toLocaleString('en');

/** What signing in, staying in, being checked and being shut out cost. */
export async function identityTable(api: string, rounds: number, seconds: number): Promise<string> {
  const { hashesPerSecond, login } = await measureSignIn(api, rounds, seconds);
  const loginRate = rateOf(login);
  const rows = [
    row('bare argon2id hashes a second, all cores', hashesPerSecond.toFixed(1)),
    row('sign-ins a second through the gateway', loginRate.toFixed(1)),
    row('sign-ins per bare hash', (loginRate / hashesPerSecond).toFixed(2)),
    row('errors of these sign-ins', String(login.errors)),
  ];
  for (const width of [1, 16, 64]) {
    rows.push(
      row(`refreshes a second, ${width} at once`, whole(await best(rounds, () => measureRefresh(api, width, seconds)))),
    );
  }
  for (const batch of [1, 100]) {
    const rate = await best(rounds, () => measureChecks(api, batch, seconds));
    rows.push(row(`permission checks a second, ${batch} in a request`, whole(rate)));
  }
  for (const how of ['own session ended', 'disabled by an administrator'] satisfies ShutOut[]) {
    const { p50, p99 } = await measureRevocation(api, how, 30);
    rows.push(row(`from ${how} to refusal, p50 and p99`, `${p50.toFixed(1)} and ${p99.toFixed(1)} ms`));
  }
  const { calm, flooded, attempts, shed } = await measureFlood(api, seconds);
  rows.push(
    row('reads a second by 4 connections, alone', whole(rateOf(calm))),
    row(`the same during a flood of ${whole(attempts)} sign-ins, ${whole(shed)} sent away`, whole(rateOf(flooded))),
    row('p99 of these reads, alone and flooded', `${ms(calm.p99)} and ${ms(flooded.p99)} ms`),
  );
  return ['### Identity', '', row('what', 'value'), '|---|---|', ...rows].join('\n');
}

/** The highest of some rounds; the first warms up and is not counted. */
async function best(rounds: number, measure: () => Promise<number>): Promise<number> {
  await measure();
  let highest = 0;
  for (let round = 0; round < rounds; round++) highest = Math.max(highest, await measure());
  return highest;
}
