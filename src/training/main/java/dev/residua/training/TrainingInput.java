package dev.residua.training;

import dev.residua.causal.Latent;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.Variables;
import dev.residua.training.graph.GraphConstraints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The validated input of one training: the data, the settings, and their consequences before the
 * network is trained.
 */
public final class TrainingInput {
  private static final int CHECKED_EVERY = 5;
  private static final int MAX_CHECKED = 200;

  final TrainingData data;
  final TrainingSettings settings;
  final GraphConstraints known;
  final int trained;
  final int[] labelled;

  /** Labelled frames of the training range whose labels are kept to check the model. */
  final int[] checked;

  final Teaching teaching;
  final List<Latent> latents;

  /** Latents, then variables. */
  final List<Latent> nodes;

  /** Nodes that follow from the time of a frame: they have no causes, and nothing changes them. */
  final List<Integer> given;

  final boolean[][] holds;
  final int[] nominal;

  /**
   * @param known constraints on the graph over the latents; null for none
   * @throws TrainingFailedException if the data does not suffice for the settings
   */
  TrainingInput(TrainingData data, TrainingSettings settings, @Nullable GraphConstraints known)
      throws TrainingFailedException {
    this(data, settings, latents(data, settings), known);
  }

  /**
   * @param latents of a model that exists; their names are the first factors of the data
   */
  TrainingInput(
      TrainingData data,
      TrainingSettings settings,
      List<Latent> latents,
      @Nullable GraphConstraints known)
      throws TrainingFailedException {
    this.data = data;
    this.settings = settings;
    this.trained = trained(data, settings);
    if (data.size() - trained < TrainingPipeline.MIN_CALIBRATION
        || trained < ExactDagSearch.MIN_ROWS) {
      throw new TrainingFailedException(
          "%d frames give %d to train on and %d to calibrate with, needed are %d and %d: give more frames"
              .formatted(
                  data.size(),
                  trained,
                  data.size() - trained,
                  ExactDagSearch.MIN_ROWS,
                  TrainingPipeline.MIN_CALIBRATION));
    }
    int[] labels = labelled(data, trained, settings.maxLabels());
    this.checked = checked(data, labels, trained, settings);
    this.labelled = IntStream.of(labels).filter(i -> Arrays.binarySearch(checked, i) < 0).toArray();
    if (labelled.length > 0 && settings.latents() < data.factorNames().size()) {
      throw new TrainingFailedException(
          "%d latents cannot carry the %d factors %s: raise --latents or name fewer --factors"
              .formatted(settings.latents(), data.factorNames().size(), data.factorNames()));
    }
    this.teaching = Teaching.of(data, settings);
    this.latents = List.copyOf(latents);
    this.nodes = nodes(latents, data);
    List<String> names = nodes.stream().map(Latent::name).toList();
    for (String variable : data.variableNames()) {
      if (names.indexOf(variable) < latents.size()) {
        throw new TrainingFailedException(
            "'%s' is both a factor and a variable: leave it out of --factors or of --variables"
                .formatted(variable));
      }
    }
    if (known != null && !known.names().equals(names)) {
      throw new TrainingFailedException(
          "the given graph is over %s, the nodes are %s".formatted(known.names(), names));
    }
    this.given = Variables.given(latents.size(), data.variableNames());
    // Categories with a common cause have no direction that noise could show.
    boolean[] closed = new boolean[nodes.size()];
    for (Latent node : nodes) {
      boolean isGiven = given.contains(node.index());
      if (isGiven && known != null && known.requiredParents(node.index()) != 0) {
        throw new TrainingFailedException(
            "the given graph has an edge into %s, which has no causes: remove the edge"
                .formatted(node.name()));
      }
      closed[node.index()] = isGiven || node.categorical();
    }
    this.known = (known == null ? GraphConstraints.none(names) : known).withoutEdgesInto(closed);
    this.holds = holds(data, trained, latents.size(), nodes);
    checkHolds();
    this.nominal = nominal(data, trained);
    if (nominal.length < TrainingPipeline.MIN_CALIBRATION) {
      throw new TrainingFailedException(
          "of the %d frames to calibrate with, %d have no broken mechanism%s%s, needed are %d: give more usual frames, at the end of the data"
              .formatted(
                  data.size() - trained,
                  nominal.length,
                  data.variableNames().isEmpty()
                      ? ""
                      : " and all of the variables " + data.variableNames(),
                  data.answers().isEmpty() ? "" : " and are in no answer",
                  TrainingPipeline.MIN_CALIBRATION));
    }
  }

  private TrainingInput(TrainingInput other, int[] nominal) {
    this.data = other.data;
    this.settings = other.settings;
    this.known = other.known;
    this.trained = other.trained;
    this.labelled = other.labelled;
    this.checked = other.checked;
    this.teaching = other.teaching;
    this.latents = other.latents;
    this.nodes = other.nodes;
    this.given = other.given;
    this.holds = other.holds;
    this.nominal = nominal;
  }

  /** The same input with other frames that calibrate. */
  TrainingInput withNominal(int[] frames) {
    return new TrainingInput(this, frames);
  }

  private void checkHolds() throws TrainingFailedException {
    for (Latent latent : nodes) {
      int rows = 0;
      for (int i = 0; i < trained; i++) {
        rows += holds[i][latent.index()] && data.hasVariables(i) ? 1 : 0;
      }
      if (rows < ExactDagSearch.MIN_ROWS) {
        throw new TrainingFailedException(
            "the mechanism of %s holds in %d of the %d frames to train on%s, needed are %d: give more usual frames"
                .formatted(
                    latent.name(),
                    rows,
                    trained,
                    data.variableNames().isEmpty()
                        ? ""
                        : " that have all of the variables " + data.variableNames(),
                    ExactDagSearch.MIN_ROWS));
      }
    }
  }

  /**
   * The settings with the number of steps that usually suffices: until the training is stable, but
   * with held pairs or answers all of them, {@link TrainingSettings#TAUGHT_STEPS} if no label names
   * latents.
   */
  public static TrainingSettings withUsualSteps(TrainingSettings settings, TrainingData data) {
    if (Teaching.of(data, settings).isEmpty()) {
      return settings.withUntilStable(true);
    }
    return isLabelled(data, settings)
        ? settings
        : settings.withSteps(TrainingSettings.TAUGHT_STEPS);
  }

  /**
   * The latents of a model trained on this data, with their names. Labels anchor the first latents
   * to the factors, with their sign and scale. Without labels, held pairs anchor the latents of the
   * held factors up to a one-dimensional function: sign, scale and linearity are unknown. It may
   * even fold the factor, if the other latents distinguish both sides for the decoder. Answers say
   * the sign and exclude a fold. Other latents are named z and their number.
   *
   * <p>Source: Shu et al., Weakly Supervised Disentanglement with Guarantees, ICLR 2020, for share
   * labelling (match pairing) of each factor: a network that reproduces the distribution of such
   * pairs has latents that are each consistent with, and restricted to, their factor, if the
   * factors range over a connected set without holes. Here consistency is a penalty, and
   * restriction is left to the holds of the other latents and to the reconstruction.
   */
  public static List<Latent> latents(TrainingData data, TrainingSettings settings) {
    boolean labelled = isLabelled(data, settings);
    Teaching teaching = Teaching.of(data, settings);
    List<Latent> result = new ArrayList<>();
    for (int i = 0; i < settings.latents(); i++) {
      boolean anchored = i < data.factorNames().size() && (labelled || teaching.names(i));
      List<String> values = labelled && anchored ? data.categories().get(i) : List.of();
      result.add(
          new Latent(i, anchored ? data.factorNames().get(i) : "z" + i, anchored, null, values));
    }
    return result;
  }

  /** Returns true if some frame to train on has a known factor that is used. */
  public static boolean isLabelled(TrainingData data, TrainingSettings settings) {
    return labelled(data, trained(data, settings), settings.maxLabels()).length > 0;
  }

  /** The nodes of the graph: {@link #latents}, then the variables of the data. */
  public static List<Latent> nodes(TrainingData data, TrainingSettings settings) {
    return nodes(latents(data, settings), data);
  }

  /** Columns of the network's latents. */
  public static NodeColumns columns(TrainingData data, TrainingSettings settings) {
    return NodeColumns.of(latents(data, settings));
  }

  private static List<Latent> nodes(List<Latent> latents, TrainingData data) {
    List<Latent> result = new ArrayList<>(latents);
    for (String variable : data.variableNames()) {
      result.add(new Latent(result.size(), variable, true));
    }
    return result;
  }

  /** Number of frames, from the first, that are trained on. */
  private static int trained(TrainingData data, TrainingSettings settings) {
    return (int) (settings.trainShare() * data.size());
  }

  /** At most {@code most} rows of the training range with a known factor, spread evenly. */
  static int[] labelled(TrainingData data, int trained, int most) {
    if (data.factorNames().isEmpty() || most == 0) {
      return new int[0];
    }
    int[] all = new int[trained];
    int n = 0;
    for (int i = 0; i < trained; i++) {
      if (data.factors(i) != null) {
        all[n++] = i;
      }
    }
    if (n <= most) {
      return Arrays.copyOf(all, n);
    }
    int[] chosen = new int[most];
    for (int i = 0; i < most; i++) {
      chosen[i] = all[(int) ((long) i * n / most)];
    }
    return chosen;
  }

  /**
   * Every fifth of the usual labelled frames of the training range, if frames behind it have too
   * few labels: a network can memorise a hundred, so those that it was trained on check nothing.
   * None if few labels are left, or their number was limited.
   */
  private static int[] checked(
      TrainingData data, int[] labels, int trained, TrainingSettings settings) {
    long behind = IntStream.of(nominal(data, trained)).filter(i -> data.factors(i) != null).count();
    int[] usual =
        IntStream.of(labels)
            .filter(i -> data.broken(i).length == 0 && !data.repeats(i) && data.hasVariables(i))
            .toArray();
    if (settings.maxLabels() < Integer.MAX_VALUE
        || behind >= LabelErrors.MIN_HELD_OUT
        || usual.length < CHECKED_EVERY * LabelErrors.MIN_HELD_OUT) {
      return new int[0];
    }
    int n = Math.min(MAX_CHECKED, usual.length / CHECKED_EVERY);
    return IntStream.range(0, n).map(i -> usual[(int) ((i + 0.5) * usual.length / n)]).toArray();
  }

  /**
   * Unbroken mechanisms of the first frames, shape {@code [trained][nodes]}.
   *
   * @param d number of latents among the nodes
   */
  static boolean[][] holds(TrainingData data, int trained, int d, List<Latent> nodes) {
    boolean[][] holds = new boolean[trained][nodes.size()];
    for (int i = 0; i < trained; i++) {
      int[] broken = data.broken(i);
      for (Latent node : nodes) {
        // A latent without an anchor may represent a part of any factor.
        int k = node.index();
        int cause = k < d ? k : data.factorNames().size() + k - d;
        holds[i][k] =
            node.anchored() ? Arrays.stream(broken).noneMatch(b -> b == cause) : broken.length == 0;
      }
    }
    return holds;
  }

  /**
   * Frames from {@code from} on in which every mechanism holds, that repeat no other, that have all
   * variables and that no answer is about, since the network may have been trained on those.
   */
  public static int[] nominal(TrainingData data, int from) {
    boolean[] asked = new boolean[data.size()];
    for (OrderAnswer answer : data.answers()) {
      asked[answer.first()] = true;
      asked[answer.second()] = true;
    }
    int[] frames = new int[data.size() - from];
    int n = 0;
    for (int i = from; i < data.size(); i++) {
      if (!asked[i] && data.broken(i).length == 0 && !data.repeats(i) && data.hasVariables(i)) {
        frames[n++] = i;
      }
    }
    return Arrays.copyOf(frames, n);
  }

  /** Training frames with an unbroken mechanism, as their pictures are usual. */
  int[] usualPictures() {
    int[] frames = new int[holds.length];
    int n = 0;
    for (int i = 0; i < holds.length; i++) {
      boolean any = false;
      for (int k = 0; k < latents.size(); k++) {
        any |= holds[i][k];
      }
      if (any) {
        frames[n++] = i;
      }
    }
    return Arrays.copyOf(frames, n);
  }
}
