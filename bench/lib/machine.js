import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures were measured on. */
export function describeMachine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    node: process.version,
    os: `${type()} ${release()} ${arch()}`,
    load: loadavg()
      .map((load) => load.toFixed(2))
      .join(' '),
  };
}
