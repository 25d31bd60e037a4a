// Sends a task: `node new-task.js "a message...."`. It is kept until a worker has done it.
import { Producer } from '@acktor/core';
import { task } from './task.js';

const text = process.argv.slice(2).join(' ') || 'Hello World....';

await using producer = await Producer.connect();
const { id } = await producer.send(task, { text });
console.log(`sent ${text} (${id})`);
