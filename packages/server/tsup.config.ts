import { packageConfig } from '../../scripts/tsup-package';

export default packageConfig({
  entry: {
    'ai-sdk': 'src/ai-sdk/index.ts',
    mcp: 'src/mcp/index.ts',
    'resumable-stream': 'src/resumable-stream/index.ts',
    'tanstack-ai': 'src/tanstack-ai/index.ts',
  },
});
