import { packageConfig } from '../../scripts/tsup-package';

export default packageConfig({ node: true });
