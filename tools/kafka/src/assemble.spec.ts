import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembleKafka, kafkaFolder } from './assemble.js';

describe('assembleKafka', () => {
  let folder: string;
  beforeEach(() => {
    mkdirSync(kafkaFolder, { recursive: true });
    folder = mkdtempSync(join(kafkaFolder, 'spec-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const command = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };

  it('names Java when there is none', () => {
    expect(assembleKafka(folder, folder).missing).toMatch('no `java` on PATH');
  });

  it('names Java when it is too old', () => {
    command('java', `echo 'openjdk version "1.8.0_412"' >&2`);
    expect(assembleKafka(folder, folder).missing).toMatch('Java 8 is too old');
  });

  it('names Maven when there is none', () => {
    command('java', `echo 'openjdk version "17.0.15"' >&2`);
    expect(assembleKafka(folder, folder).missing).toMatch('Maven did not run');
  });

  it("passes on Maven's reason, and does not take half a download for a whole one next time", () => {
    command('java', `echo 'openjdk version "21"' >&2`);
    command('mvn', `echo '[ERROR] cannot reach the registry'; exit 1`);
    expect(assembleKafka(folder, folder).missing).toMatch('cannot reach the registry');
    expect(assembleKafka(folder, folder).missing).toMatch('cannot reach the registry');
  });

  it('asks Maven once per version of the project file', () => {
    command('java', `echo 'openjdk version "21"' >&2`);
    command('mvn', 'exit 0');
    expect(assembleKafka(folder, folder)).toEqual({ classpath: join(folder, 'libs', '*') });
    command('mvn', 'exit 1');
    expect(assembleKafka(folder, folder)).toEqual({ classpath: join(folder, 'libs', '*') });
  });
});
