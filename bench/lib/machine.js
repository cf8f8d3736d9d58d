import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures are measured on, one fact a line. The load tells how much else it was doing at that moment. */
export function describeMachine() {
  const processors = cpus();
  return [
    `CPU: ${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    `memory: ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    `Node: ${process.version}`,
    `OS: ${type()} ${release()} ${arch()}`,
    `load average at the start (1, 5, 15 min): ${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')}`,
  ];
}
