// An update server on loopback that serves what a test says, well or badly.

import { createServer } from 'node:http';

/** Starts it. `at` is its address; what it does is set in `says`, what was asked stands in `asked`. */
export async function updateServer(t) {
  const server = { says: {}, asked: [] };
  const http = createServer((request, response) => {
    server.asked.push(request.url);
    const { status = 200, body, package: bytes, cut } = server.says;
    if (request.url.startsWith('/package')) {
      response.writeHead(bytes ? 200 : 404, { 'content-length': bytes?.length ?? 0 });
      if (!cut) return response.end(bytes);
      // The length promises more than comes.
      return response.write(bytes.subarray(0, cut), () => response.destroy());
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    return response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  server.at = `http://127.0.0.1:${http.address().port}`;
  server.stop = () => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  };
  t.after(server.stop);
  return server;
}
