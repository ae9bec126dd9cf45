// Serves one environment of a Stepwell server at the root of a port, where OpenEnv expects an environment to be.
import http from 'node:http';
import https from 'node:https';

const {
  STEPWELL_URL = 'http://127.0.0.1:8765',
  STEPWELL_ENVIRONMENT = 'bash-v1',
  STEPWELL_TOKEN,
} = process.env;
const { protocol, host, hostname, port, pathname } = new URL(STEPWELL_URL);
const { request } = ['https:', 'wss:'].includes(protocol) ? https : http;
const base = `${pathname.replace(/\/$/, '')}/openenv/${STEPWELL_ENVIRONMENT}`;

/** The same request to the server. Its host is the server's own name, and it carries the token. */
function forwarded({ method, url, headers }) {
  const token = STEPWELL_TOKEN === undefined ? {} : { authorization: `Bearer ${STEPWELL_TOKEN}` };
  return request({
    host: hostname,
    port,
    method,
    path: base + url,
    headers: { ...headers, host, ...token },
  });
}

const gate = http.createServer((incoming, answer) => {
  const passed = forwarded(incoming);
  passed.on('response', (response) => {
    answer.writeHead(response.statusCode, response.headers);
    response.pipe(answer);
  });
  passed.on('error', () => {
    if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'application/json' });
    answer.end('{"detail":"The Stepwell server does not answer."}');
  });
  answer.on('close', () => passed.destroy());
  incoming.pipe(passed);
});

gate.on('upgrade', (incoming, socket, head) => {
  const passed = forwarded(incoming);
  passed.on('upgrade', (response, stream, first) => {
    const lines = [`HTTP/1.1 101 ${response.statusMessage}`];
    for (let i = 0; i < response.rawHeaders.length; i += 2) {
      lines.push(`${response.rawHeaders[i]}: ${response.rawHeaders[i + 1]}`);
    }
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    socket.write(first);
    stream.write(head);
    stream.pipe(socket).pipe(stream);
    stream.on('error', () => socket.destroy());
    socket.on('error', () => stream.destroy());
  });
  passed.on('response', (response) => {
    socket.end(`HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\nconnection: close\r\n\r\n`);
    response.resume();
  });
  passed.on('error', () => socket.destroy());
  socket.on('error', () => passed.destroy());
  passed.end();
});

gate.listen(Number(process.env.PORT ?? 8000), process.env.HOST ?? '0.0.0.0', () => {
  console.log(`${STEPWELL_ENVIRONMENT} at port ${gate.address().port}`);
});
