import { createServer } from 'node:http';
import { eventStreamHandler } from '@eventwire/server-node';
import { listen } from '../../../src/listen.mjs';
import { asked } from '../workloads.mjs';
import { body } from './eventwire-body.mjs';

export const start = () =>
  listen(createServer(eventStreamHandler((stream, req) => body(stream, asked(req.url)))));
