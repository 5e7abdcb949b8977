// Keys for the BFF's API_KEYS_FILE:
//   npm run api-key -- add <id> --file keys.json      prints the key, once
//   npm run api-key -- revoke <id> --file keys.json
//   npm run api-key -- list --file keys.json
import { parseArgs } from 'node:util';
import { addKey, readKeyFile, revokeKey } from './key-file.ts';

const USAGE = 'usage: npm run api-key -- add|revoke|list [id] [--file keys.json]; the file is $API_KEYS_FILE otherwise';

try {
  run();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

function run(): void {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { file: { type: 'string' } } });
  const [command, id = ''] = positionals;
  const file = values.file ?? process.env['API_KEYS_FILE'];
  if (!file || (command !== 'list' && !id)) throw new Error(USAGE);
  if (command === 'add') console.log(addKey(file, id));
  else if (command === 'revoke') revokeKey(file, id);
  else if (command === 'list') {
    for (const { id: name, createTime, revokeTime } of readKeyFile(file)) {
      console.log(`${name}\tsince ${createTime}${revokeTime ? `\trevoked ${revokeTime}` : ''}`);
    }
  } else throw new Error(USAGE);
}
