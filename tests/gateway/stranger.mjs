// A client of the gateway written from docs/PROTOCOL.md alone: a terminal on standard output, standard input typed into
// it, through every cut. `node stranger.mjs URL TERMINAL`, the token in TOKEN. On standard error: what happened.

const [url, id] = process.argv.slice(2);
const OUTPUT = 0, INPUT = 1, ACK = 2, SNAPSHOT = 3, EXIT = 4;

let seat; // Ours for 30 seconds after a cut.
let after = 0; // Output before it was written out.
let typed = []; // Input the program has not taken yet: {offset, bytes}.
let inputEnd = 0; // Offset of the next byte that is typed.
let stream; // On the present connection.
let socket;
let failures = 0;
let next = 0;
const asked = new Map();

const tell = (what) => process.stderr.write(`${what}\n`);
const say = (frame) => socket.send(JSON.stringify(frame));

function binary(kind, offset, payload = new Uint8Array()) {
  const frame = new Uint8Array(16 + payload.length);
  const head = new DataView(frame.buffer);
  head.setUint8(0, 1);
  head.setUint8(1, kind);
  head.setUint32(4, stream);
  head.setBigUint64(8, BigInt(offset));
  frame.set(payload, 16);
  socket.send(frame);
}

/** `answered` runs before the next frame is looked at: output comes right behind the answer that names its stream. */
function request(method, params, answered) {
  next += 1;
  asked.set(next, answered);
  say({ t: 'req', id: next, method, params });
}

function attach() {
  request('terminals.attach', { id, after, ...(seat ? { seat } : {}) }, ({ ok, result, error }) => {
    if (!ok) return tell(`not attached: ${error.code}`), process.exit(1);
    if (seat && result.seat !== seat) typed = []; // Another seat: what was typed long ago is not typed now.
    ({ seat, stream } = result);
    typed = typed.filter((piece) => piece.offset + piece.bytes.length > result.inputOffset);
    if (typed.length === 0) inputEnd = Math.max(inputEnd, result.inputOffset);
    tell(`attached after ${after}`);
    for (const { offset, bytes } of typed) {
      const from = Math.max(0, result.inputOffset - offset);
      binary(INPUT, offset + from, bytes.subarray(from));
    }
  });
}

function take(data) {
  const head = new DataView(data);
  const [kind, of, offset] = [head.getUint8(1), head.getUint32(4), Number(head.getBigUint64(8))];
  if (of !== stream) return;
  const bytes = new Uint8Array(data, 16);
  if (kind === OUTPUT) {
    process.stdout.write(bytes);
    after = offset + bytes.length;
    binary(ACK, after);
  } else if (kind === SNAPSHOT) {
    tell('a picture instead of the output');
    after = offset;
    binary(ACK, after);
  } else if (kind === ACK) {
    typed = typed.filter((piece) => piece.offset + piece.bytes.length > offset);
  } else if (kind === EXIT) {
    tell(`ended ${new TextDecoder().decode(bytes)}`);
    process.exit(0);
  }
}

const frames = {
  hello: () => say({ t: 'connect', versions: [1, 1], client: { name: 'stranger', kind: 'cli' }, token: process.env.TOKEN }),
  welcome: () => ((failures = 0), attach()),
  reject: ({ error, next: then }) => (tell(`rejected: ${error.code}, ${then}`), process.exit(1)),
  res: (frame) => {
    const answered = asked.get(frame.id);
    asked.delete(frame.id);
    answered?.(frame);
  },
};

function connect() {
  socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws`);
  socket.binaryType = 'arraybuffer';
  stream = undefined;
  socket.onmessage = ({ data }) => (typeof data === 'string' ? ((frame) => frames[frame.t]?.(frame))(JSON.parse(data)) : take(data));
  socket.onerror = () => undefined;
  socket.onclose = () => {
    stream = undefined;
    asked.clear();
    failures += 1;
    tell('cut');
    setTimeout(connect, Math.min(15_000, 500 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2));
  };
}

process.stdin.on('data', (chunk) => {
  const piece = { offset: inputEnd, bytes: new Uint8Array(chunk) };
  inputEnd += chunk.length;
  typed.push(piece);
  if (stream !== undefined) binary(INPUT, piece.offset, piece.bytes);
});
connect();
