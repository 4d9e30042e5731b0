/** Lints texts as if they were the content of files, with the workspace's own rules: JSON in, JSON out, in one process. */
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';

const asked = JSON.parse(await text(process.stdin));
const eslint = new ESLint();
const answers = [];
for (const { path, source } of asked) {
  const [result] = await eslint.lintText(source, { filePath: path });
  answers.push(result.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}
process.stdout.write(JSON.stringify(answers));
