module.exports = {
  testEnvironment: 'jsdom',
  testMatch: ['**/*.jest.cjs'],
  // CJS as it is: what Jest would compile is not what is published.
  transform: {},
  moduleFileExtensions: ['cjs', 'js', 'json'],
};
