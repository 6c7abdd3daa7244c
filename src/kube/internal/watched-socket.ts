import type { Socket } from "node:net";
import { Duplex } from "node:stream";

// So much may lie unread before the socket is left alone: only a socket that is being read tells that its connection broke.
const bufferBytes = 4 * 1024 * 1024;

/**
 * A socket as a stream that always learns of its end. An HTTP/2 session that is given a TLS socket works on what is beneath it, and
 * reads nothing while it writes; a reset in such a moment reaches neither of them, and everything on it waits for its timeout
 * (Node 20 to 24). Given this, it leaves the reading to the socket itself.
 */
export function watchedSocket(socket: Socket): Duplex {
  const watched = new Duplex({
    readableHighWaterMark: bufferBytes,
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    writev: (chunks, done) => {
      socket.cork();
      for (const { chunk } of chunks.slice(0, -1)) socket.write(chunk as Buffer); // no encoding was set
      socket.write(chunks.at(-1)?.chunk as Buffer, done);
      socket.uncork();
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk) => {
    if (!watched.push(chunk)) socket.pause();
  });
  socket.once("end", () => watched.push(null));
  socket.once("error", (error) => watched.destroy(error));
  socket.once("close", () => watched.destroy());
  return watched;
}
