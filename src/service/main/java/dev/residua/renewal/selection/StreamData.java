package dev.residua.renewal.selection;

import dev.residua.frame.FramePosition;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.ModelProvenance;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Training data from a stream: first a sample in time order to train the network on, then runs of
 * consecutive frames, by source and time, for calibration. A training trains on the first {@code
 * trainShare} of its frames and calibrates on the rest, so {@link #settings} sets that share to the
 * border: calibration then uses whole runs, with the dependence of the stream, and no frame that
 * was trained on.
 *
 * <p><b>Labels.</b> A factor with readings ({@code factor.<name>}) on at least {@link
 * #MIN_READINGS} frames of the sample uses those, in its own units. Any other factor may get
 * anchors, see {@link #withAnchors}; without them it uses its few readings. One factor never mixes
 * the two, as their units differ.
 *
 * <p>Reads the pixels from a {@link PixelStore}, which must stay open. For one thread at a time.
 */
public final class StreamData implements TrainingData {
  /** Prefix of the frame attributes that are readings. */
  public static final String READING = "factor.";

  /** Fewest readings with which a factor needs no anchors. */
  public static final int MIN_READINGS = 20;

  private final String name;
  private final ImageShape shape;
  private final List<String> factorNames;
  private final List<String> variableNames;
  private final PixelStore pixels;
  private final List<Chosen> frames;
  private final int trained;
  private final List<int[]> sequences;
  private final Map<String, String> origin;
  private final double @Nullable [] @Nullable [] anchors;
  private final boolean[] anchored;
  private @Nullable String digest;

  /**
   * A chosen frame.
   *
   * @param number its number in the pixel store
   * @param readings of the factors, shape {@code [factorNames]}, NaN for a missing one; null if all
   *     are missing. Owned by this record
   * @param variables of the model, shape {@code [variableNames]}, none missing. Owned by this
   *     record
   * @param mask pixels that show nothing
   */
  @SuppressWarnings("ArrayRecordComponent") // one per frame, read only here
  public record Chosen(
      FrameCandidate frame,
      int number,
      double @Nullable [] readings,
      double[] variables,
      PixelMask mask) {}

  /**
   * The two parts of the chosen frames.
   *
   * @param training frames to train and calibrate with
   * @param heldOut frames to examine the new model with, one of its {@link #sequences} per source
   * @param leftOut numbers of frames left out, by reason
   */
  public record Parts(StreamData training, StreamData heldOut, Map<RejectionReason, Long> leftOut) {
    public Parts {
      leftOut = Map.copyOf(leftOut);
    }
  }

  private StreamData(
      String name,
      ImageShape shape,
      List<String> factorNames,
      List<String> variableNames,
      PixelStore pixels,
      List<Chosen> sample,
      List<List<Chosen>> stretches,
      Map<String, String> origin) {
    this.name = name;
    this.shape = shape;
    this.factorNames = List.copyOf(factorNames);
    this.variableNames = List.copyOf(variableNames);
    this.pixels = pixels;
    this.trained = sample.size();
    List<Chosen> all = new ArrayList<>(sample);
    List<int[]> runs = new ArrayList<>();
    for (List<Chosen> stretch : stretches) {
      int[] run = new int[stretch.size()];
      for (int i = 0; i < run.length; i++) {
        run[i] = all.size();
        all.add(stretch.get(i));
      }
      runs.add(run);
    }
    this.frames = List.copyOf(all);
    this.sequences = List.copyOf(runs);
    this.origin = Map.copyOf(origin);
    this.anchors = null;
    this.anchored = new boolean[factorNames.size()];
  }

  private StreamData(StreamData from, double[] @Nullable [] anchors) {
    name = from.name;
    shape = from.shape;
    factorNames = from.factorNames;
    variableNames = from.variableNames;
    pixels = from.pixels;
    frames = from.frames;
    trained = from.trained;
    sequences = from.sequences;
    this.anchors = anchors;
    anchored = new boolean[factorNames.size()];
    Map<String, String> labelled = new TreeMap<>(from.origin);
    for (int f = 0; f < anchored.length; f++) {
      anchored[f] = readings(f) < MIN_READINGS;
      labelled.put("labels." + factorNames.get(f), anchored[f] ? "champion" : "readings");
    }
    origin = Map.copyOf(labelled);
  }

  /**
   * The chosen parts, with near duplicates removed from the sample.
   *
   * @param name of the stream, for the provenance
   * @param factorNames factors whose readings count, in the order of the latents
   * @param variableNames variables of the model
   * @param pixels holds the pictures of all chosen frames, of this shape
   * @param chosen the frames of the plan that were read, by position; a missing one counts as
   *     {@link RejectionReason#UNREADABLE} and ends its run
   */
  public static Parts of(
      String name,
      ImageShape shape,
      List<String> factorNames,
      List<String> variableNames,
      PixelStore pixels,
      FrameSelection.Plan plan,
      Map<FramePosition, Chosen> chosen,
      SelectionSettings settings) {
    Map<RejectionReason, Long> leftOut = new TreeMap<>(plan.leftOut());
    NearDuplicates duplicates = new NearDuplicates(shape, settings);
    byte[] picture = new byte[shape.size()];
    List<Chosen> sample = new ArrayList<>();
    for (FrameCandidate frame : plan.training()) {
      Chosen one = chosen.get(frame.position());
      if (one == null) {
        leftOut.merge(RejectionReason.UNREADABLE, 1L, Long::sum);
        continue;
      }
      pixels.read(one.number(), picture, 0);
      if (duplicates.keeps(frame, picture, 0)) {
        sample.add(one);
      } else {
        leftOut.merge(RejectionReason.NEAR_DUPLICATE, 1L, Long::sum);
      }
    }
    List<List<Chosen>> calibration = stretches(plan.calibration(), chosen, settings, leftOut);
    List<List<Chosen>> heldOut =
        longest(stretches(plan.heldOut(), chosen, settings, leftOut), leftOut);
    Map<String, String> origin = new TreeMap<>();
    origin.put("selection.frames", Long.toString(plan.offered()));
    origin.put("selection.seed", Long.toString(settings.seed()));
    origin.put("selection.heldOut", Integer.toString(heldOut.stream().mapToInt(List::size).sum()));
    leftOut.forEach((reason, n) -> origin.put("leftOut." + reason.text(), Long.toString(n)));
    return new Parts(
        new StreamData(
            name, shape, factorNames, variableNames, pixels, sample, calibration, origin),
        new StreamData(name, shape, factorNames, variableNames, pixels, List.of(), heldOut, origin),
        leftOut);
  }

  private static List<List<Chosen>> stretches(
      List<List<FrameCandidate>> planned,
      Map<FramePosition, Chosen> chosen,
      SelectionSettings settings,
      Map<RejectionReason, Long> leftOut) {
    List<List<Chosen>> stretches = new ArrayList<>();
    for (List<FrameCandidate> plan : planned) {
      List<Chosen> current = new ArrayList<>();
      for (FrameCandidate frame : plan) {
        Chosen one = chosen.get(frame.position());
        if (one != null) {
          current.add(one);
          continue;
        }
        leftOut.merge(RejectionReason.UNREADABLE, 1L, Long::sum);
        end(current, stretches, settings, leftOut);
        current = new ArrayList<>();
      }
      end(current, stretches, settings, leftOut);
    }
    return stretches;
  }

  private static void end(
      List<Chosen> stretch,
      List<List<Chosen>> stretches,
      SelectionSettings settings,
      Map<RejectionReason, Long> leftOut) {
    if (stretch.size() >= settings.minStretchFrames()) {
      stretches.add(stretch);
    } else if (!stretch.isEmpty()) {
      leftOut.merge(RejectionReason.SHORT_STRETCH, (long) stretch.size(), Long::sum);
    }
  }

  /** The longest run of every source, by source. */
  private static List<List<Chosen>> longest(
      List<List<Chosen>> stretches, Map<RejectionReason, Long> leftOut) {
    Map<String, List<Chosen>> bySource = new TreeMap<>();
    for (List<Chosen> stretch : stretches) {
      List<Chosen> other = bySource.get(stretch.get(0).frame().source());
      if (other != null) {
        List<Chosen> shorter = other.size() < stretch.size() ? other : stretch;
        leftOut.merge(RejectionReason.SHORT_STRETCH, (long) shorter.size(), Long::sum);
      }
      if (other == null || other.size() < stretch.size()) {
        bySource.put(stretch.get(0).frame().source(), stretch);
      }
    }
    return List.copyOf(bySource.values());
  }

  /**
   * The same frames with labels from the active model for factors without enough readings, so that
   * latents keep their identity. Names and order of the factors must be those of the active model's
   * latents. Anchors are estimates and carry that model's errors into the next one.
   *
   * @param values shape {@code [size][factorNames]}: the active model's latents of frames on which
   *     all of its channels were quiet, null for other frames. Not copied
   */
  public StreamData withAnchors(double[] @Nullable [] values) {
    if (values.length != frames.size()) {
      throw new IllegalArgumentException(
          "anchors must be given for all %d frames but were for %d"
              .formatted(frames.size(), values.length));
    }
    for (double[] row : values) {
      if (row != null && row.length != factorNames.size()) {
        throw new IllegalArgumentException(
            "an anchor has %d values, there are %d factors %s"
                .formatted(row.length, factorNames.size(), factorNames));
      }
    }
    return new StreamData(this, values);
  }

  private int readings(int factor) {
    int known = 0;
    for (int i = 0; i < trained; i++) {
      double[] readings = frames.get(i).readings();
      known += readings != null && Double.isFinite(readings[factor]) ? 1 : 0;
    }
    return known;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public int size() {
    return frames.size();
  }

  /** Number of frames in the sample to train on, which come first. */
  public int trained() {
    return trained;
  }

  /** The runs of consecutive frames behind the sample, as ascending indices. Not copied. */
  public List<int[]> sequences() {
    return sequences;
  }

  /** A frame without its pixels. */
  public FrameCandidate frame(int index) {
    return frames.get(index).frame();
  }

  @Override
  public PixelMask mask(int index) {
    return frames.get(index).mask();
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    pixels.read(frames.get(index).number(), into, offset);
  }

  @Override
  public List<String> factorNames() {
    return factorNames;
  }

  @Override
  public List<String> variableNames() {
    return variableNames;
  }

  @Override
  public double[] variables(int index) {
    return frames.get(index).variables();
  }

  @Override
  public double @Nullable [] factors(int index) {
    double[] readings = frames.get(index).readings();
    double[] anchor = anchors == null ? null : anchors[index];
    double[] values = new double[factorNames.size()];
    boolean known = false;
    for (int f = 0; f < values.length; f++) {
      double[] from = anchored[f] ? anchor : readings;
      values[f] = from == null ? Double.NaN : from[f];
      known |= Double.isFinite(values[f]);
    }
    return known ? values : null;
  }

  /**
   * Digest of these frames in their order: shape, factors, and of each frame source, sequence,
   * capture time, labels, variables and pixels, but not its position. The first call reads all
   * pixels.
   */
  @Override
  public String sha256() {
    String known = digest;
    if (known != null) {
      return known;
    }
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
    text(sha, shape + " " + factorNames + " " + trained + " " + frames.size());
    byte[] picture = new byte[shape.size()];
    for (int i = 0; i < frames.size(); i++) {
      FrameCandidate frame = frames.get(i).frame();
      text(sha, frame.source() + "#" + frame.sequence() + "@" + frame.capturedAt());
      double[] factors = factors(i);
      ByteBuffer labels = ByteBuffer.allocate(Double.BYTES * factorNames.size());
      for (int f = 0; f < factorNames.size(); f++) {
        labels.putDouble(factors == null ? Double.NaN : factors[f]);
      }
      sha.update(labels.array());
      for (double variable : variables(i)) {
        sha.update(ByteBuffer.allocate(Double.BYTES).putDouble(variable).array());
      }
      read(i, picture, 0);
      sha.update(picture);
    }
    known = HexFormat.of().formatHex(sha.digest());
    digest = known;
    return known;
  }

  private static void text(MessageDigest sha, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    sha.update(bytes);
  }

  /**
   * Settings that train on the sample and calibrate on the runs behind it.
   *
   * @throws IllegalStateException if one of the two is missing
   */
  public TrainingSettings settings(TrainingSettings settings) {
    if (trained == 0 || trained == frames.size()) {
      throw new IllegalStateException(
          "%s has %d frames to train on and %d in nominal stretches to calibrate with, expected some of both: use a longer range, or one with fewer incidents"
              .formatted(name, trained, frames.size() - trained));
    }
    // Half a frame more, so that rounding down is exact.
    double share = (trained + 0.5) / frames.size();
    return settings.with(c -> c.trainShare(share));
  }

  /** The exact offsets of these frames, by partition and ascending. */
  public List<OffsetRange> ranges() {
    return ranges(frames);
  }

  private static List<OffsetRange> ranges(Collection<Chosen> of) {
    List<FramePosition> sorted =
        of.stream()
            .map(one -> one.frame().position())
            .sorted(
                Comparator.comparing(FramePosition::topic)
                    .thenComparingInt(FramePosition::partition)
                    .thenComparingLong(FramePosition::offset))
            .toList();
    List<OffsetRange> ranges = new ArrayList<>();
    int first = 0;
    for (int i = 1; i <= sorted.size(); i++) {
      FramePosition last = sorted.get(i - 1);
      boolean goesOn =
          i < sorted.size()
              && sorted.get(i).topic().equals(last.topic())
              && sorted.get(i).partition() == last.partition()
              && sorted.get(i).offset() == last.offset() + 1;
      if (!goesOn) {
        ranges.add(
            new OffsetRange(
                last.topic(), last.partition(), sorted.get(first).offset(), last.offset()));
        first = i;
      }
    }
    return ranges;
  }

  /**
   * The range of every partition as text, such as {@code residua.frames-0@100..20000 (3000 frames
   * trained on, 2048 calibrated with)}: with the seed and the digest, enough to choose the same
   * frames again.
   */
  public String dataRange() {
    Map<String, long[]> partitions = new LinkedHashMap<>();
    for (OffsetRange range : ranges()) {
      String partition = range.topic() + "-" + range.partition();
      partitions.computeIfAbsent(partition, p -> new long[] {range.first(), 0, 0, 0})[1] =
          range.last();
    }
    for (int i = 0; i < frames.size(); i++) {
      FramePosition at = frames.get(i).frame().position();
      long[] counts = partitions.get(at.topic() + "-" + at.partition());
      if (counts != null) {
        counts[i < trained ? 2 : 3]++;
      }
    }
    List<String> parts = new ArrayList<>();
    partitions.forEach(
        (partition, c) ->
            parts.add(
                "%s@%d..%d (%d frames trained on, %d %s)"
                    .formatted(
                        partition,
                        c[0],
                        c[1],
                        c[2],
                        c[3],
                        trained == 0 ? "held out" : "calibrated with")));
    return String.join(", ", parts);
  }

  /**
   * A training's provenance with the ranges of offsets instead of indices, and as further
   * hyper-parameters the numbers of frames left out by reason, the seed of the choice and the
   * origin of the labels.
   */
  public ModelProvenance describe(ModelProvenance provenance) {
    Map<String, String> hyper = new TreeMap<>(provenance.hyperParameters());
    hyper.putAll(origin);
    return provenance.withDataRange(dataRange()).withHyperParameters(hyper);
  }
}
