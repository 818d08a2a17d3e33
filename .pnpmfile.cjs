// What a package is built and tested with is of no use to those who install it, and some of it is private.
module.exports = {
  hooks: {
    beforePacking: ({ devDependencies: _, ...manifest }) => manifest,
  },
};
