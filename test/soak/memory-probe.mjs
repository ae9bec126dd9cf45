// Loaded into the server before its own code: tells the memory that is left after a full garbage collection to whoever
// connects to the socket that STEPWELL_MEMORY_PROBE names.
import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc');
const path = process.env.STEPWELL_MEMORY_PROBE;

createServer((socket) => {
  socket.on('error', () => {});
  collect();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  socket.end(JSON.stringify({ heapUsed, external, rss }));
})
  .listen(path)
  .unref();
