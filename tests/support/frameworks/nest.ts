import 'reflect-metadata';
import type { Server } from 'node:http';
import { eventStreamHandler } from '@eventwire/server-node';
import { All, Body, Controller, Get, Header, Module, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Request, Response } from 'express';
import { type Framework, running, type StreamRoute } from './route';

/** Decorators as the calls that they are, since what compiles the tests does not know the older kind. */
function controllerOf({ path, callback, init }: StreamRoute): new () => object {
  class StreamController {
    events(body: unknown, req: Request, res: Response): Promise<void> {
      return eventStreamHandler((stream) => callback(stream, body), init)(req, res);
    }
  }
  const { prototype } = StreamController;
  Body()(prototype, 'events', 0);
  Req()(prototype, 'events', 1);
  Res()(prototype, 'events', 2);
  decorate(prototype, 'events', All(), Header('X-Before', 'kept'));
  Controller(path)(StreamController);
  return StreamController;
}

class PlainController {
  plain(): string {
    return 'plain';
  }
}
decorate(PlainController.prototype, 'plain', Get());
Controller('/plain')(PlainController);

export const nestApp: Framework = async (routes) => {
  class AppModule {}
  Module({ controllers: [PlainController, ...routes.map(controllerOf)] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.init();
  return running(app.getHttpServer() as Server);
};

function decorate(target: object, name: string, ...decorators: MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  if (!descriptor) throw new Error(`${name} is no method`);
  for (const decorator of decorators) decorator(target, name, descriptor);
}
