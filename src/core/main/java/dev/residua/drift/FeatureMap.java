package dev.residua.drift;

/**
 * Turns one sample into the vector that is summed over windows: cosines, then sines, then the
 * whitened sample, the sample itself, its second moments and the whitened sample's clipped energy,
 * each minus its mean over the reference. Banks are interleaved: frequency {@code j} of bank {@code
 * b} is at {@code j * banks + b}. Immutable but for scratch space: one instance per thread.
 *
 * <p>All parts but the kernel's see samples clipped at a bound per latent, so that every part is
 * bounded and its distribution is known from a finite reference.
 */
final class FeatureMap {
  /** Standard deviations at which samples are clipped before anything else. */
  private static final float FAR = 50;

  final int latents;
  final int banks;
  final int frequencies;
  final boolean linear;
  final boolean mean;
  final boolean spread;
  final boolean energy;
  final int size;
  final int plainAt; // index of the first feature that is not the kernels'
  final int meanAt; // index of the first plain value
  final int spreadAt; // index of the first second moment

  final float[] location; // [d]
  final float[] scale; // [d]
  final float[] bound; // [d], in standard deviations
  final float[][] turns; // [d][frequencies * banks], per standard deviation
  final float[] whitening; // [d][d], lower triangular
  final float[] spreadClip; // [d], in standard deviations
  final float[] spreadScale; // [d], one over the standard deviation of the clipped square
  final float[] centre; // [size], mean over the reference

  final float[] standardized; // of the last sample, see standardize
  private final float[] clipped;
  private final float[] angles;
  private final float[] cosines;
  private final float[] sines;

  FeatureMap(
      DriftSettings settings,
      float[] location,
      float[] scale,
      float[] bound,
      float[][] turns,
      float[] whitening,
      float[] spreadClip,
      float[] spreadScale,
      float[] centre) {
    this.latents = location.length;
    this.banks = settings.bandwidths().length;
    this.frequencies = settings.frequencies();
    this.linear = settings.linear();
    this.mean = settings.mean();
    this.spread = settings.spread();
    this.energy = settings.energy();
    this.size = size(settings, latents);
    this.plainAt = 2 * banks * frequencies;
    this.meanAt = plainAt + (linear ? latents : 0);
    this.spreadAt = size - (energy ? 1 : 0) - latents;
    this.location = location;
    this.scale = scale;
    this.bound = bound;
    this.turns = turns;
    this.whitening = whitening;
    this.spreadClip = spreadClip;
    this.spreadScale = spreadScale;
    this.centre = centre;
    this.standardized = new float[latents];
    this.clipped = new float[latents];
    this.angles = new float[banks * frequencies];
    this.cosines = new float[angles.length];
    this.sines = new float[angles.length];
  }

  static int size(DriftSettings settings, int latents) {
    return 2 * settings.bandwidths().length * settings.frequencies() + plainSize(settings, latents);
  }

  /** Length of the part behind the cosines and sines. */
  static int plainSize(DriftSettings settings, int latents) {
    int vectors =
        (settings.linear() ? 1 : 0) + (settings.mean() ? 1 : 0) + (settings.spread() ? 1 : 0);
    return vectors * latents + (settings.energy() ? 1 : 0);
  }

  FeatureMap copy(DriftSettings settings) {
    return new FeatureMap(
        settings, location, scale, bound, turns, whitening, spreadClip, spreadScale, centre);
  }

  void apply(float[] sample, int offset, float[] out) {
    standardize(sample, offset);
    int m = angles.length;
    if (m > 0) {
      multiply(standardized[0], turns[0], angles);
      for (int k = 1; k < latents; k++) {
        multiplyAdd(standardized[k], turns[k], angles);
      }
      SineCosine.of(angles, cosines, sines);
      System.arraycopy(cosines, 0, out, 0, m);
      System.arraycopy(sines, 0, out, m, m);
    }
    plain(out, 2 * m);
    subtract(out, centre);
  }

  /** Sets {@link #standardized} to a sample in standard deviations of the reference. */
  void standardize(float[] sample, int offset) {
    for (int k = 0; k < latents; k++) {
      float z = (sample[offset + k] - location[k]) / scale[k];
      z = Math.max(-FAR, Math.min(FAR, z));
      standardized[k] = z;
      clipped[k] = Math.max(-bound[k], Math.min(bound[k], z));
    }
  }

  /**
   * The part behind the cosines and sines, not yet centred, of the sample that was standardised
   * last.
   *
   * @param out receives {@link #plainSize} values from {@code next}
   */
  void plain(float[] out, int next) {
    float squares = 0;
    if (linear || energy) {
      for (int i = 0; i < latents; i++) {
        float sum = 0;
        for (int k = 0; k <= i; k++) {
          sum += whitening[i * latents + k] * clipped[k];
        }
        if (linear) {
          out[next++] = sum;
        }
        squares += Math.min(DriftSettings.ENERGY_CLIP * DriftSettings.ENERGY_CLIP, sum * sum);
      }
    }
    if (mean) {
      for (int k = 0; k < latents; k++) {
        out[next++] = clipped[k];
      }
    }
    if (spread) {
      for (int k = 0; k < latents; k++) {
        float z = Math.max(-spreadClip[k], Math.min(spreadClip[k], standardized[k]));
        out[next++] = z * z * spreadScale[k];
      }
    }
    if (energy) {
      out[next] = squares;
    }
  }

  // Whole arrays from index 0: with offsets the compiler does not vectorise these loops.

  private static void multiply(float factor, float[] from, float[] into) {
    for (int j = 0; j < into.length; j++) {
      into[j] = factor * from[j];
    }
  }

  private static void multiplyAdd(float factor, float[] from, float[] into) {
    for (int j = 0; j < into.length; j++) {
      into[j] += factor * from[j];
    }
  }

  private static void subtract(float[] out, float[] centre) {
    for (int j = 0; j < out.length; j++) {
      out[j] -= centre[j];
    }
  }
}
