import { packageConfig } from '../../scripts/tsup-package';

export default packageConfig({ apart: ['parse-event-stream'], shortened: true });
