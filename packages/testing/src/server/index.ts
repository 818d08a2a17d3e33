export type { RecordedRequest } from './recorded-request';
export type { Script, Step } from './script';
export { type ScriptedServer, type ScriptedServerOptions, scriptedServer } from './scripted-server';
