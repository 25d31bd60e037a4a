// What a client sent to Redis, cut into commands.
import { commandsIn } from '@acktor/bench';
import { expect } from 'chai';

const encode = (...parts: readonly string[]) =>
  Buffer.from(`*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`);

describe('the commands that a client has sent', () => {
  it('are cut where one ends and the next begins, whatever they hold', () => {
    const sent = [encode('evalsha', 'abc', '0', '*1\r\n$4\r\nPING\r\n'), encode('PING'), encode('SET', 'ü', '')];
    const commands = commandsIn(Buffer.concat(sent));
    expect(commands.map(({ name }) => name)).to.deep.equal(['EVALSHA', 'PING', 'SET']);
    expect(commands.map(({ bytes }) => bytes.toString())).to.deep.equal(sent.map(String));
  });

  it('leave out one that was not sent to its end', () => {
    const whole = encode('PING');
    const half = encode('SET', 'key', 'value');
    for (let length = 0; length < half.length; length += 1) {
      const commands = commandsIn(Buffer.concat([whole, half.subarray(0, length)]));
      expect(commands, String(length)).to.have.length(1);
    }
  });

  it('must be commands', () => {
    expect(() => commandsIn(Buffer.from('PING\r\n'))).to.throw('expected a command of Redis at byte 0');
  });
});
