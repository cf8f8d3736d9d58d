import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { rolldown } from 'rolldown';

/** Runs statements in a process of their own, which sees the exports of a module below src/. */
export async function runWith(module: string, body: string): Promise<SpawnSyncReturns<string>> {
  const bundle = await rolldown({
    input: `src/${module}`,
    platform: 'node',
    external: (id) => !/^[./]/.test(id) && !id.startsWith('src/'),
  });
  const { output } = await bundle.generate({ format: 'esm' });
  const script = `${output[0].code}\n${body}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 50_000 });
}
