// The other end of isolated.js: imports a module and calls what it is told to, one call after the other.
const loaded = import(process.argv[2]);
loaded.catch(() => undefined);

process.on('message', async ({ name, args }) => {
  try {
    const module = await loaded;
    process.send({ value: await module[name](...args) });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit());
