package dev.residua.renewal.gate;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Variable;
import dev.residua.frame.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Injects known faults at known places in held-out frames, with the same pictures for both models.
 *
 * <p>Mechanism faults are drawn by a decoder {@code D}: with {@code z} the latents of the drawing
 * model in the real picture {@code x}, and {@code z'} the latents after the fault, the picture is
 * {@code x + 255 (D(z') - D(z))}, rounded and clipped to a byte: parts that the decoder cannot draw
 * stay as they were. {@code z'_i = z_i + k s_i} for an offset ({@code s_i} the residual's standard
 * deviation in the drawing model's calibration) or {@code z_i + (c - 1) (e_i - location)} for a
 * noise factor {@code c}; then, in causal order, {@code z'_j = z_j + f_j(z') - f_j(z)} for its
 * effects. Each model draws half of the faults, so that neither is tested on its own idea of a
 * fault alone. A latent without causes stays in the range of the held-out frames.
 *
 * <p>A variable is observed, so none is faulted; if one is an effect of a faulted latent, the
 * frames with the fault bring its changed value.
 *
 * <p>Two offsets (one up, one down) per latent and one noise factor per caused latent, for each
 * drawing model; two gains, two occlusions and a frozen camera: {@code 2 (2 d + caused) + 5}
 * faults, at most {@link ExaminationSettings#maxFaults}. If a model has lost a latent, its decoder
 * draws no change there, and both models miss that fault.
 */
final class FaultSuite {
  private static final double[] GAINS = {0.85, 0.7};
  private static final int OCCLUSIONS = 2;
  private static final int OCCLUDED_PART = 4;
  private static final byte GREY = (byte) 128;
  private static final int PICTURE_FAULTS = GAINS.length + OCCLUSIONS + 1;

  private final ExaminationSettings settings;
  private final HeldOutFrames frames;
  private final List<HeldOutScores> scores;
  private final List<Planned> planned;

  /**
   * A fault with everything needed to draw it.
   *
   * @param drawnBy which of the models draws; -1 for none
   * @param latent of that model; -1 for none
   * @param start row of the first frame with the fault
   * @param seed of its random details
   */
  private record Planned(Fault fault, int drawnBy, int latent, int start, long seed) {}

  /**
   * A fault in pictures.
   *
   * @param drawnBy which of the models drew it, from 0; -1 for none
   * @param start row of its first frame
   * @param pixels shape {@code [faultFrames][height][width][channels]}
   * @param variables of its frames in their own units, shape {@code [faultFrames][variables]}
   * @param meanShift mean of {@code (z'_i - z_i) / s_i}, the shift of its latent; 0 if it shifted
   *     none
   */
  @SuppressWarnings("ArrayRecordComponent") // the caller uses it once
  record Drawn(
      Fault fault, int drawnBy, int start, byte[] pixels, double[][] variables, double meanShift) {}

  /**
   * @param scores of the held-out frames, by champion and candidate
   * @throws IllegalArgumentException if no sequence is long enough for a fault
   */
  FaultSuite(ExaminationSettings settings, HeldOutFrames frames, List<HeldOutScores> scores) {
    this.settings = settings;
    this.frames = frames;
    this.scores = List.copyOf(scores);
    this.planned = plan();
  }

  private List<Planned> plan() {
    SplittableRandom random = new SplittableRandom(settings.seed());
    int[] places = places();
    List<Planned> plan = new ArrayList<>();
    int left = settings.maxFaults() - PICTURE_FAULTS;
    for (int m = 0; m < scores.size(); m++) {
      List<Planned> drawn = mechanisms(m);
      int share = Math.min(drawn.size(), left / (scores.size() - m));
      left -= share;
      for (Planned one : some(drawn, share, random)) {
        add(plan, one.fault(), m, one.latent(), places, random);
      }
    }
    for (double gain : GAINS) {
      add(plan, new Fault(0, Fault.Kind.BRIGHTNESS, null, gain, null), -1, -1, places, random);
    }
    for (int k = 0; k < OCCLUSIONS; k++) {
      add(plan, new Fault(0, Fault.Kind.OCCLUSION, null, 0, null), -1, -1, places, random);
    }
    add(plan, new Fault(0, Fault.Kind.FROZEN, null, 0, null), -1, -1, places, random);
    return plan;
  }

  /** The mechanism faults that one model draws, without number and place. */
  private List<Planned> mechanisms(int m) {
    ExaminedModel model = scores.get(m).model;
    String id = model.bundle().id();
    CausalGraph graph = model.bundle().graph();
    List<Planned> all = new ArrayList<>();
    for (int i = 0; i < model.decoder().latents(); i++) {
      double size = graph.isRoot(i) ? settings.rootShift() : settings.shift();
      for (double signed : new double[] {size, -size}) {
        Fault offset = new Fault(0, Fault.Kind.OFFSET, graph.name(i), signed, id);
        all.add(new Planned(offset, m, i, 0, 0));
      }
      if (!graph.isRoot(i)) {
        Fault noise = new Fault(0, Fault.Kind.NOISE, graph.name(i), settings.noiseFactor(), id);
        all.add(new Planned(noise, m, i, 0, 0));
      }
    }
    return all;
  }

  /** A random subset in the original order. */
  private static List<Planned> some(List<Planned> all, int kept, SplittableRandom random) {
    List<Planned> some = new ArrayList<>();
    for (int k = 0; k < all.size(); k++) {
      if (some.size() == kept) {
        break;
      }
      // Keep each with the share of places that are left, so that every subset is equally likely.
      if (random.nextInt(all.size() - k) < kept - some.size()) {
        some.add(all.get(k));
      }
    }
    return some;
  }

  private static void add(
      List<Planned> plan,
      Fault fault,
      int drawnBy,
      int latent,
      int[] places,
      SplittableRandom random) {
    Fault numbered =
        new Fault(plan.size(), fault.kind(), fault.node(), fault.size(), fault.drawnBy());
    int start = places[random.nextInt(places.length)];
    plan.add(new Planned(numbered, drawnBy, latent, start, random.nextLong()));
  }

  /** Rows at which a fault may start. */
  private int[] places() {
    int[] found = new int[frames.count()];
    int count = 0;
    int first = 0;
    for (int length : frames.lengths()) {
      for (int at = settings.leadFrames(); at + settings.faultFrames() <= length; at++) {
        found[count++] = first + at;
      }
      first += length;
    }
    if (count == 0) {
      throw new IllegalArgumentException(
          "no held-out sequence has %d frames, needed for a fault of %d frames after %d quiet ones; the longest has %d"
              .formatted(
                  settings.leadFrames() + settings.faultFrames(),
                  settings.faultFrames(),
                  settings.leadFrames(),
                  Arrays.stream(frames.lengths()).max().orElse(0)));
    }
    return Arrays.copyOf(found, count);
  }

  List<Fault> faults() {
    return planned.stream().map(Planned::fault).toList();
  }

  /** Draws one fault. Two runs of the drawing model's decoder over {@code faultFrames} frames. */
  Drawn draw(int number) {
    Planned plan = planned.get(number);
    int n = settings.faultFrames();
    ImageShape shape = frames.shape();
    byte[] pixels = new byte[n * shape.size()];
    double[][] variables = new double[n][];
    for (int i = 0; i < n; i++) {
      frames.read(plan.start() + i, pixels, i * shape.size());
      variables[i] = frames.variables(plan.start() + i).clone();
    }
    double shift = 0;
    switch (plan.fault().kind()) {
      case OFFSET, NOISE -> shift = drawMechanism(plan, pixels, variables);
      case BRIGHTNESS -> {
        for (int i = 0; i < pixels.length; i++) {
          pixels[i] = cut((pixels[i] & 0xff) * plan.fault().size());
        }
      }
      case OCCLUSION -> occlude(pixels, shape, new SplittableRandom(plan.seed()));
      case FROZEN -> {
        for (int i = 0; i < n; i++) {
          frames.read(plan.start() - 1, pixels, i * shape.size());
        }
      }
    }
    return new Drawn(plan.fault(), plan.drawnBy(), plan.start(), pixels, variables, shift);
  }

  private static byte cut(double grey) {
    return (byte) Math.max(0, Math.min(255, Math.round(grey)));
  }

  private void occlude(byte[] pixels, ImageShape shape, SplittableRandom random) {
    int width = Math.max(1, shape.width() / OCCLUDED_PART);
    int height = Math.max(1, shape.height() / OCCLUDED_PART);
    int left = random.nextInt(shape.width() - width + 1);
    int top = random.nextInt(shape.height() - height + 1);
    int row = shape.width() * shape.channels();
    for (int at = 0; at < pixels.length; at += shape.size()) {
      for (int y = top; y < top + height; y++) {
        int from = at + y * row + left * shape.channels();
        Arrays.fill(pixels, from, from + width * shape.channels(), GREY);
      }
    }
  }

  private double drawMechanism(Planned plan, byte[] pixels, double[][] variables) {
    HeldOutScores of = scores.get(plan.drawnBy());
    int n = settings.faultFrames();
    int d = of.latents;
    float[] z = Arrays.copyOfRange(of.observed, plan.start() * d, (plan.start() + n) * d);
    float[] faulted = faulted(plan, of, z);
    int encoded = of.model.decoder().latents();
    float[] before = of.model.decoder().decode(columns(z, d, encoded), n);
    float[] after = of.model.decoder().decode(columns(faulted, d, encoded), n);
    for (int p = 0; p < pixels.length; p++) {
      pixels[p] = cut((pixels[p] & 0xff) + 255.0 * (after[p] - before[p]));
    }
    List<Variable> own = of.model.bundle().manifest().variables();
    for (int v = 0; v < own.size(); v++) {
      int column = frames.variableNames().indexOf(own.get(v).name());
      for (int i = 0; i < n && column >= 0; i++) {
        int at = i * d + encoded + v;
        variables[i][column] += own.get(v).scale().slope() * (faulted[at] - z[at]);
      }
    }
    double moved = 0;
    for (int i = 0; i < n; i++) {
      moved += faulted[i * d + plan.latent()] - z[i * d + plan.latent()];
    }
    return moved / n / of.model.calibration().scale(plan.latent());
  }

  /** The first columns of rows of {@code d}. */
  private static float[] columns(float[] rows, int d, int kept) {
    if (kept == d) {
      return rows;
    }
    float[] cut = new float[rows.length / d * kept];
    for (int row = 0; row < rows.length / d; row++) {
      System.arraycopy(rows, row * d, cut, row * kept, kept);
    }
    return cut;
  }

  /** Latents and variables after a fault, shape {@code [n][d]}. */
  private float[] faulted(Planned plan, HeldOutScores of, float[] z) {
    int n = settings.faultFrames();
    int d = of.latents;
    int i = plan.latent();
    CausalGraph graph = of.model.bundle().graph();
    float[] expected = of.model.equations().expected(z, n);
    float[] after = z.clone();
    float scale = of.model.calibration().scale(i);
    float location = of.model.calibration().location(i);
    float[] range =
        graph.isRoot(i) ? range(of, i) : new float[] {-Float.MAX_VALUE, Float.MAX_VALUE};
    for (int row = 0; row < n; row++) {
      int at = row * d + i;
      double moved =
          plan.fault().kind() == Fault.Kind.OFFSET
              ? plan.fault().size() * scale
              : (plan.fault().size() - 1) * (z[at] - expected[at] - location);
      after[at] = Math.max(range[0], Math.min(range[1], (float) (z[at] + moved)));
    }
    boolean[] changed = new boolean[d];
    changed[i] = true;
    for (int j : graph.order()) {
      boolean follows = false;
      for (int parent : graph.parents(j)) {
        follows |= changed[parent];
      }
      if (j != i && follows) {
        changed[j] = true;
        float[] now = of.model.equations().expected(after, n);
        for (int at = j; at < n * d; at += d) {
          after[at] = z[at] + now[at] - expected[at];
        }
      }
    }
    return after;
  }

  private static float[] range(HeldOutScores of, int latent) {
    float least = Float.MAX_VALUE;
    float most = -Float.MAX_VALUE;
    for (int at = latent; at < of.observed.length; at += of.latents) {
      least = Math.min(least, of.observed[at]);
      most = Math.max(most, of.observed[at]);
    }
    return new float[] {least, most};
  }
}
