const SHOW_AFTER_MS = 500;
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

/** Something that takes long, shown on stderr while that is a terminal. */
export interface Progress {
  /** What has been done so far, such as `12,000 events`. */
  update(done: string): void;
}

/** Calls `work`, which may take long. Nothing is shown for what is done in half a second, or where stderr is no terminal. */
export async function withProgress<T>(label: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const { stderr } = process;
  let done = '';
  const progress = {
    update: (text: string) => {
      done = text;
    },
  };
  if (!stderr.isTTY || process.env.TERM === 'dumb') return work(progress);
  const began = performance.now();
  let frame = 0;
  const timer = setInterval(() => {
    const elapsed = performance.now() - began;
    if (elapsed < SHOW_AFTER_MS) return;
    frame = (frame + 1) % FRAMES.length;
    stderr.write(`\r\u001b[2K${FRAMES[frame]} ${label} ${Math.floor(elapsed / 1000)} s ${done}`);
  }, 100);
  try {
    return await work(progress);
  } finally {
    clearInterval(timer);
    stderr.write('\r\u001b[2K');
  }
}
