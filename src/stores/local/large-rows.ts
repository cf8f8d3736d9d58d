import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type PackedSpace, packedSpace } from '../../record/packed/packed-layout.ts';

interface Sent {
  readonly number: number;
  readonly memory: SharedArrayBuffer;
}

/**
 * The way of packed rows that are larger than the room in the ring: each in shared memory of its own, beside the ring, whose entry
 * has its number. It is kept here until the next one comes, so that whoever drains finds it, also after the thread has died that
 * it was sent to.
 */
export class LargeRows {
  /** The end for the writing thread. */
  readonly port: MessagePort;
  readonly #port: MessagePort;
  #newest: Sent | undefined;
  #count = 0;
  #isSent = true;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.port = port2;
    port1.unref();
  }

  /** Takes the row in those words and returns its number. The one before must have been written. */
  add(words: Int32Array): number {
    const memory = new SharedArrayBuffer(words.length * 4);
    new Int32Array(memory).set(words);
    this.#newest = { number: this.#count++, memory };
    if (this.#isSent) this.#port.postMessage(this.#newest);
    return this.#newest.number;
  }

  /** The row of that number. */
  row(number: number): PackedSpace {
    if (this.#newest?.number !== number) throw new Error(`The row ${number} is not kept any more.`);
    return packedSpace(this.#newest.memory);
  }

  /** For when nobody is at the other end any more. */
  keepHere(): void {
    this.#isSent = false;
    this.#port.close();
  }
}

/** The same rows for the thread at the other end. A row may be asked for again until a later one is. */
export function receivedRows(port: MessagePort): (number: number) => PackedSpace {
  let newest: Sent | undefined;
  return (number) => {
    while (newest?.number !== number) {
      newest = receiveMessageOnPort(port)?.message as Sent | undefined;
      // It is sent before its entry can be met.
      if (!newest) throw new Error(`The row ${number} was not sent.`);
    }
    return packedSpace(newest.memory);
  };
}
