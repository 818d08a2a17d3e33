import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConformanceTool, conformanceTool } from './mcp-conformance';
import { startMcpServer } from './mcp-server';

describe.each(['@modelcontextprotocol/conformance', 'mcp-conformance-next'])('%s', (name) => {
  let tool: ConformanceTool;
  beforeAll(async () => {
    tool = await conformanceTool(name);
  });
  afterAll(() => tool[Symbol.asyncDispose]());

  const succeeded = (ids: string[]) => ids.map((id) => expect.objectContaining({ id, status: 'SUCCESS' }));

  // The tool measures time, and a busy machine adds some.
  it('finds that connect() waits for the retry that the server has set, by its defaults', {
    retry: 2,
  }, async () => {
    const program = await tool.bundle(new URL('mcp-conformance-client.ts', import.meta.url));
    const command = `${process.execPath} ${program}`;
    expect(await tool.check('client', 'sse-retry', '--command', command)).toEqual(
      succeeded(['client-sse-graceful-reconnect', 'client-sse-retry-timing', 'client-sse-last-event-id']),
    );
  });

  it.each([
    [
      'server-sse-polling',
      ['server-sse-priming-event', 'server-sse-retry-field', 'server-sse-disconnect-resume'],
    ],
    [
      'server-sse-multiple-streams',
      ['server-accepts-multiple-post-streams', 'server-sse-streams-functional'],
    ],
  ])('finds that our streams serve the scenario %s', async (scenario, ids) => {
    await using server = await startMcpServer();
    expect(await tool.check('server', scenario, '--url', server.url)).toEqual(succeeded(ids));
  });
});
