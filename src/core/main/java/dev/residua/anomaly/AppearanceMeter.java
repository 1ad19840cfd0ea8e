package dev.residua.anomaly;

import dev.residua.frame.PixelMask;
import java.util.Arrays;

/**
 * Measures how far the static pixels of pictures are from their reference. About 3 us per picture
 * for 1,024 static pixels of a noisy camera; nothing is allocated. For one thread.
 */
public final class AppearanceMeter {
  private static final int BIN_BITS = 5;
  private static final int BINS = (2 * AppearanceReference.LARGEST >> BIN_BITS) + 1;
  private static final int WITHIN = (1 << BIN_BITS) - 1;

  private final AppearanceReference reference;
  private PixelMask mask = PixelMask.NONE;

  /** Static pixels that are not masked. */
  private int[] positions;

  private int[] means;

  // The differences, each plus the largest that there can be.
  private final int[] differences;

  /** Number of differences per bin. */
  private final int[] coarse = new int[BINS];

  /**
   * Last digits of the differences in one bin, and one more place that {@link #open} writes into.
   */
  private final int[] digits;

  private final int[] fine = new int[WITHIN + 1]; // how many have each digit

  public AppearanceMeter(AppearanceReference reference) {
    this.reference = reference;
    this.positions = reference.positions();
    this.means = reference.means();
    this.differences = new int[positions.length];
    this.digits = new int[positions.length + 1];
  }

  /**
   * Median over the static pixels of {@code (x - mean in training) / 255}.
   *
   * @param pixels unsigned bytes, the frame starts at {@code offset}
   * @param newMask pixels that do not count
   * @return in [-1, 1], negative when darker, resolution 1/4080; 0 if fewer than {@link
   *     AppearanceReference#MIN_PIXELS} static pixels count
   * @throws IllegalArgumentException if there are fewer bytes than a picture needs
   */
  public float deviation(byte[] pixels, int offset, PixelMask newMask) {
    AppearanceReference.checkRange(reference.shape(), pixels, offset);
    if (!newMask.equals(mask)) {
      mask = newMask;
      choosePixels();
    }
    int n = positions.length;
    if (n < AppearanceReference.MIN_PIXELS) {
      return 0;
    }
    Arrays.fill(coarse, 0);
    for (int i = 0; i < n; i++) {
      int difference =
          ((pixels[offset + positions[i]] & 0xff) << AppearanceReference.FRACTION_BITS)
              - means[i]
              + AppearanceReference.LARGEST;
      differences[i] = difference;
      coarse[difference >> BIN_BITS]++;
    }
    int below =
        (n + 1) / 2; // the number of values that are at most the lower of the two in the middle
    int bin = 0;
    int before = 0;
    while (before + coarse[bin] < below) {
      before += coarse[bin++];
    }
    open(bin);
    int lower = smallest(bin, below - before);
    int upper = lower;
    if (n % 2 == 0) {
      if (before + coarse[bin] == below) { // the other one is the first of the next bin
        do {
          bin++;
        } while (coarse[bin] == 0);
        before = below;
        open(bin);
      }
      upper = smallest(bin, below + 1 - before);
    }
    return (lower + upper - 2 * AppearanceReference.LARGEST)
        / (2f * AppearanceReference.UNIT * 255f);
  }

  private void choosePixels() {
    int[] all = reference.positions();
    int channels = reference.shape().channels();
    int[] chosen = new int[all.length];
    int[] chosenMeans = new int[all.length];
    int n = 0;
    for (int i = 0; i < all.length; i++) {
      if (!mask.covers(all[i] / channels)) {
        chosen[n] = all[i];
        chosenMeans[n++] = reference.means()[i];
      }
    }
    positions = Arrays.copyOf(chosen, n);
    means = Arrays.copyOf(chosenMeans, n);
  }

  /**
   * Counts the differences in a bin by their last digits. It writes each digit and advances if it
   * belongs to the bin, without a branch, as the processor guesses wrong on noise.
   */
  private void open(int bin) {
    int found = 0;
    for (int i = 0; i < positions.length; i++) {
      digits[found] = differences[i] & WITHIN;
      found += differences[i] >> BIN_BITS == bin ? 1 : 0;
    }
    Arrays.fill(fine, 0);
    for (int i = 0; i < found; i++) {
      fine[digits[i]]++;
    }
  }

  private int smallest(int bin, int k) {
    int digit = 0;
    for (int before = fine[0]; before < k; before += fine[++digit]) {}
    return (bin << BIN_BITS) + digit;
  }
}
