import { describe, expect, it } from 'vitest';
import { type Found, type Known, SearchedImages } from '../../../environments/python/searched-images.ts';

const DIGEST = 'sha256:1';

/** What the sessions of so many grades are told, one after the other; each of them reports what `found` says. */
function told(images: SearchedImages, grades: number, found: (known: Known) => Found): Known[] {
  return Array.from({ length: grades }, () => {
    const known = images.next(DIGEST);
    images.learn(DIGEST, known, found(known));
    return known;
  });
}

const nothing = (): Found => 'unknown';
const onceSearched = (known: Known): Found => (known === 'unsearched' ? 'unknown' : 'protected');

describe('searched images', () => {
  it('are searched by one of many grades', () => {
    const words = told(new SearchedImages(), 12, onceSearched);
    expect(words.filter((word) => word === 'unknown')).toHaveLength(1);
    expect(words[0]).toBe('unsearched');
    expect(words.at(-1)).toBe('protected');
  });

  it('are each counted alone', () => {
    const images = new SearchedImages();
    told(images, 12, onceSearched);
    expect(images.next('sha256:2')).toBe('unsearched');
  });

  it('are searched by one grade at a time', () => {
    const images = new SearchedImages();
    told(images, 8, nothing);
    const together = Array.from({ length: 4 }, () => images.next(DIGEST));
    expect(together).toEqual(['unknown', 'unsearched', 'unsearched', 'unsearched']);
    images.learn(DIGEST, 'unsearched', 'unknown');
    expect(images.next(DIGEST)).toBe('unsearched');
    // The search ended without a word.
    images.learn(DIGEST, 'unknown', 'unknown');
    expect(images.next(DIGEST)).toBe('unknown');
  });

  it('are never searched if a grade tells more before', () => {
    expect(told(new SearchedImages(), 3, () => 'writable')).toEqual(['unsearched', 'writable', 'writable']);
  });
});
