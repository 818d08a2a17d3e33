import { expect, it, onTestFinished, vi } from 'vitest';
import { randomName, randomTerm } from '../src';

function givenWords(...words: number[]): void {
  const given = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
    (array as unknown as Uint32Array).set(words);
    return array;
  });
  onTestFinished(() => given.mockRestore());
}

it('A random name is two random words in letters and digits', () => {
  givenWords(0xffff_ffff, 35);
  expect(randomName()).toBe('1z141z3z');
});

it('Random names and terms differ', () => {
  const made = Array.from({ length: 100 }, () => [randomName(), randomTerm()]).flat();
  expect(new Set(made).size).toBe(200);
});

it.each([
  [0, 0, 0],
  [0, 7, 7],
  [1, 7, 2 ** 32 + 7],
  [0xffff_ffff, 0xffff_ffff, 2 ** 48 - 1],
  [0x0001_0000, 1, 1],
])('A term from the words %i and %i is %i', (high, low, term) => {
  givenWords(high, low);
  expect(randomTerm()).toBe(term);
});
