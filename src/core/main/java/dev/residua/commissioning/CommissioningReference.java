package dev.residua.commissioning;

import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Reference that all sources of a model share when they learn their normal. Belongs to one model
 * and is made from its calibration frames. Immutable.
 *
 * @param own normal of the residuals under the model, in standard deviations of its calibration,
 *     with which a source is compared
 * @param picture normal of the numbers of the picture, in their units
 * @param distribution distribution of standardised innovations
 * @param detector reference of the detector of normal scores
 * @param thresholds of that detector
 */
public record CommissioningReference(
    SourceCalibration own,
    SourceCalibration picture,
    InnovationDistribution distribution,
    DriftReference detector,
    CommissioningThresholds thresholds) {
  /** Min calibration frames from which it is made. */
  public static final int MIN_FRAMES = CommissioningFit.MIN_INTERVALS * CommissioningWindow.RUN;

  private static final int[] INNOVATIONS = {500, 1_000, 3_000, 10_000};

  /** Simulated streams of the detector per stream of each threshold. */
  private static final int STREAMS_PER_CELL = 4;

  private static final int MAGIC = 0x52455343; // "RESC"
  private static final int VERSION = 2;
  private static final int MAX_LATENTS = 62;
  private static final int MAX_PART_BYTES = 16 << 20;

  public CommissioningReference {
    int latents = own.latents().size();
    if (distribution.latents() != latents || detector.latents() != latents) {
      throw new IllegalArgumentException(
          "the calibration has %d latents, the distribution of innovations %d and the detector %d"
              .formatted(latents, distribution.latents(), detector.latents()));
    }
  }

  /**
   * Learns and simulates a reference. About 12 s on two cores for 4 latents and the default
   * settings of the detector.
   *
   * @param residuals of nominal frames in time order, in standard deviations, shape {@code [n][d]},
   *     {@code n >= } {@link #MIN_FRAMES}
   * @param expected prediction from the parents, in the same units, shape {@code [n][d]}
   * @param picture numbers of the pictures without dead band, shape {@code [n][p]}
   * @param settings of the detector
   * @param progress receives the part done, in [0, 1]
   */
  public static CommissioningReference calibrate(
      float[][] residuals,
      float[][] expected,
      float[][] picture,
      DriftSettings settings,
      long seed,
      DoubleConsumer progress) {
    CommissioningFit fit = CommissioningFit.of(window(residuals, expected), 0);
    InnovationDistribution distribution = InnovationDistribution.of(fit.innovations());
    InnovationFilter filter = new InnovationFilter(fit.calibration());
    double[][] scores = new double[residuals.length][residuals[0].length];
    for (int t = 0; t < scores.length; t++) {
      filter.next(residuals[t], scores[t]);
      for (int k = 0; k < scores[t].length; k++) {
        scores[t][k] = distribution.normalScore(k, scores[t][k]);
      }
    }
    DriftReference detector =
        DriftReference.calibrate(scores, settings, seed, done -> progress.accept(0.4 * done));
    int streams =
        Math.max(
            CommissioningThresholds.MIN_STREAMS, settings.simulatedStreams() / STREAMS_PER_CELL);
    CommissioningThresholds thresholds =
        CommissioningThresholds.simulate(
            detector,
            scores,
            new CommissioningThresholds.Grid(INNOVATIONS, streams),
            seed + 1,
            done -> progress.accept(0.4 + 0.6 * done));
    float[][] nothing = new float[picture.length][picture[0].length];
    return new CommissioningReference(
        fit.calibration(),
        CommissioningFit.of(window(picture, nothing), 0).calibration(),
        distribution,
        detector,
        thresholds);
  }

  private static CommissioningWindow window(float[][] residuals, float[][] expected) {
    if (residuals.length < MIN_FRAMES) {
      throw new IllegalArgumentException(
          "a reference for sources needs at least %d frames but got %d"
              .formatted(MIN_FRAMES, residuals.length));
    }
    CommissioningWindow window = CommissioningWindow.start(residuals[0].length);
    for (int t = 0; t < residuals.length; t++) {
      window = window.plus(residuals[t], expected[t], true);
    }
    return window;
  }

  /** About 20 kB for 4 latents, big-endian. */
  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      for (SourceCalibration calibration : List.of(own, picture)) {
        write(calibration, out);
      }
      for (byte[] part :
          List.of(distribution.toBytes(), detector.toBytes(), thresholds.toBytes())) {
        out.writeInt(part.length);
        out.write(part);
      }
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads the output of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, or damaged
   */
  public static CommissioningReference fromBytes(byte[] bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      if (in.readInt() != MAGIC || in.readInt() != VERSION) {
        throw new IllegalArgumentException(
            "these %d bytes are not a reference for sources in a format of this version"
                .formatted(bytes.length));
      }
      return new CommissioningReference(
          read(in),
          read(in),
          InnovationDistribution.fromBytes(part(in)),
          DriftReference.fromBytes(part(in)),
          CommissioningThresholds.fromBytes(part(in)));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "reference for sources of %d bytes is cut short".formatted(bytes.length), e);
    }
  }

  private static byte[] part(DataInputStream in) throws IOException {
    int size = in.readInt();
    if (size < 0 || size > MAX_PART_BYTES) {
      throw new IllegalArgumentException(
          "reference for sources has a part of %d bytes, expected at most %d"
              .formatted(size, MAX_PART_BYTES));
    }
    return in.readNBytes(size);
  }

  private static void write(SourceCalibration calibration, DataOutputStream out)
      throws IOException {
    out.writeInt(calibration.latents().size());
    for (LatentCalibration latent : calibration.latents()) {
      out.writeDouble(latent.location());
      out.writeDouble(latent.scale());
      out.writeByte(latent.coefficients().size());
      for (double coefficient : latent.coefficients()) {
        out.writeDouble(coefficient);
      }
      out.writeDouble(latent.slope());
      out.writeDouble(latent.effectiveSamples());
    }
    out.writeLong(calibration.frames());
  }

  private static SourceCalibration read(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 1 || count > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "reference for sources has %d latents, expected 1 to %d".formatted(count, MAX_LATENTS));
    }
    List<LatentCalibration> latents = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      double location = in.readDouble();
      double scale = in.readDouble();
      List<Double> coefficients = new ArrayList<>();
      for (int i = in.readUnsignedByte(); i > 0; i--) {
        coefficients.add(in.readDouble());
      }
      latents.add(
          new LatentCalibration(location, scale, coefficients, in.readDouble(), in.readDouble()));
    }
    return new SourceCalibration(latents, in.readLong(), 0);
  }
}
