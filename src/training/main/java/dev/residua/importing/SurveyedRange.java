package dev.residua.importing;

import dev.residua.dataset.ImportHint;
import dev.residua.decoding.DeepSamples;
import dev.residua.decoding.SampleRange;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.RejectedFrameException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The range of samples of 16 bits that an import uses.
 *
 * @param range samples that become black and white; null for all samples
 * @param advice on the range; empty if it is used well
 */
record SurveyedRange(@Nullable SampleRange range, List<ImportHint> advice) {
  /** Number of surveyed pictures, spread evenly; each is decoded once more. */
  private static final int SAMPLE = 32;

  /** One sample in a thousand may be a hot or a dead pixel. */
  private static final double LOW_SHARE = 0.001;

  private static final double HIGH_SHARE = 0.999;

  /** Samples of at most 14 bits leave three quarters of the grey levels unused. */
  private static final int DARK_BITS = 14;

  SurveyedRange {
    advice = List.copyOf(advice);
  }

  /**
   * Surveys some of the frames.
   *
   * @throws IOException if a range is wanted and no frame has 16 bits per sample
   */
  static SurveyedRange of(NamedFrames frames, FrameLimits limits, RangeChoice choice)
      throws IOException {
    DeepSamples samples = new DeepSamples(limits);
    int looked = Math.min(SAMPLE, frames.count());
    int deep = 0;
    for (int i = 0; i < looked; i++) {
      int index = (int) ((long) i * frames.count() / looked);
      try {
        deep += samples.add(frames.frame(index)) ? 1 : 0;
      } catch (RejectedFrameException | IOException e) {
        continue; // the import itself reports it
      }
    }
    if (deep == 0 && !choice.equals(RangeChoice.FULL)) {
      throw new IOException(
          "none of %d pictures of %s has 16 bits per sample, so a range has no meaning; leave --range out"
              .formatted(looked, frames.origin()));
    }
    if (choice.automatic()) {
      return new SurveyedRange(samples.between(LOW_SHARE, HIGH_SHARE), List.of());
    }
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(samples.largest());
    if (deep == 0 || choice.stated() != null || bits > DARK_BITS) {
      return new SurveyedRange(choice.stated(), List.of());
    }
    return new SurveyedRange(
        null,
        List.of(
            new ImportHint(
                ImportHint.Kind.DARK_RANGE,
                "no sample of %d pictures with 16 bits is above %,d (%d bits), so they use %d of 256 grey levels. Import again with --range 0..%d or --range auto"
                    .formatted(
                        deep,
                        samples.largest(),
                        bits,
                        (samples.largest() * 255 + 32_767) / 65_535 + 1,
                        (1 << bits) - 1))));
  }
}
