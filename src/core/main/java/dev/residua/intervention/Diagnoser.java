package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Effect;
import dev.residua.causal.FactorScale;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Finding;
import dev.residua.dynamics.DynamicChange;
import dev.residua.dynamics.DynamicHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes one {@link Diagnosis}. */
final class Diagnoser {
  /** Spread over the nominal one below which nothing moves at all. */
  private static final double FROZEN_SPREAD = 0.02;

  /** Spread over the nominal one below which a root is held, not drawn narrowly. */
  private static final double HELD_ROOT_SPREAD = 0.15;

  /** Likewise for other latents, of whose value an encoder reads a part off their causes. */
  private static final double HELD_CAUSED_SPREAD = 0.25;

  /**
   * Spread over the nominal one below which a root follows another distribution, wherever its mean
   * is.
   */
  private static final double NARROWED_SPREAD = 0.5;

  /** Standardised value from which the rest of a window is not normal. */
  private static final double NOT_NORMAL = 3;

  /** Standardised value that shows a dependence in a latent that is already a cause. */
  private static final double DEPENDENT = 2.6;

  /** Standard errors from which a latent that deviates from its prediction still follows it. */
  private static final double FOLLOWS = 2;

  /** Slope on the prediction below which a latent ignores it, for the same reason as above. */
  private static final double SMALLEST_SLOPE = 0.25;

  /** Standard errors, by the spread of the window itself, from which a mean has moved. */
  private static final double MOVED = 4;

  /** Share of frames out of range from which a constant was added, not a distribution moved. */
  private static final double OUT_OF_RANGE = 0.1;

  /** Evidence of a root, over that of its descendants, from which the root is the cause. */
  private static final double ROOT_EVIDENCE = 0.25;

  /** Max single frames, as a share, that may be off in an otherwise normal window. */
  private static final double MOST_OUTLIERS = 1.0 / 3;

  /** Nats that a change of an equation must save, so that it is not chance. */
  private static final double SMALLEST_SAVING = 8;

  private static final String CONDITION =
      "windows of the source's nominal frames are exchangeable with windows of the reference, tails"
          + " are no wider than normal beyond the 99 % quantile, and the window was not chosen for"
          + " its extremes";
  private static final String OF_ALARM =
      "the mean is the largest one in the chart that alarmed, in standard errors of independent"
          + " frames; the alarm has a run length, the mean claims no probability";
  private static final String NO_CONDITION =
      "none: not a test but a share of flagged or still frames";

  private final MechanismReference reference;
  private final CausalGraph graph;
  private final FactorScales scales;
  private final MechanismWindow window;
  private final int frames;
  private final int recent;
  private final @Nullable DynamicHistory history;
  private final AlarmedMeans alarmed;
  private final EffectMinimums minimums;
  private final float[][] observed;
  private final float[][] expected;
  private final float[][] standardized;
  private final float[][] residuals;
  private final List<Node> nodes = new ArrayList<>();
  private int tests;

  Diagnoser(
      MechanismReference reference,
      CausalGraph graph,
      FactorScales scales,
      MechanismWindow window,
      int frames,
      @Nullable DynamicHistory history,
      AlarmedMeans alarmed,
      EffectMinimums minimums) {
    this.history = history;
    this.alarmed = alarmed;
    this.minimums = minimums;
    this.reference = reference;
    this.graph = graph;
    this.scales = scales;
    this.window = window;
    this.frames = frames;
    this.recent = frames - frames / 4;
    this.observed = window.observed(frames);
    this.expected = window.expected(frames);
    this.standardized = window.standardized(frames);
    this.residuals = reference.unmixed(standardized);
  }

  /** The tests of one latent on the frames that may be evaluated. */
  final class Node {
    final int latent;
    final int[] rows;
    final int recentRows;
    final WindowStatistics statistics;
    final double[] scores = new double[MechanismTest.values().length];
    final Set<MechanismTest> tested = EnumSet.noneOf(MechanismTest.class);
    final Set<MechanismTest> rejected = EnumSet.noneOf(MechanismTest.class);

    Node(int latent, int[] rows) {
      this.latent = latent;
      this.rows = rows;
      this.recentRows = Math.max(2, rows.length - rows.length / 4);
      this.statistics =
          reference.statistics(
              graph, select(observed, rows), select(expected, rows), select(residuals, rows));
      if (rows.length < MechanismReference.MIN_WINDOW) {
        return;
      }
      for (MechanismTest test : MechanismTest.values()) {
        if (!test.needsCauses() || !graph.isRoot(latent)) {
          double score =
              reference.standardized(
                  test, latent, size(), statistics.value(test, latent, 0, size()));
          scores[test.ordinal()] = test.upperOnly() ? Math.max(0, score) : score;
          tested.add(test);
        }
      }
    }

    int size() {
      return rows.length;
    }

    double score(MechanismTest test) {
      return scores[test.ordinal()];
    }

    MechanismTest strongest() {
      MechanismTest strongest = MechanismTest.MEAN;
      for (MechanismTest test : tested) {
        if (Math.abs(score(test)) > Math.abs(score(strongest))) {
          strongest = test;
        }
      }
      return strongest;
    }

    double evidence() {
      return score(strongest());
    }

    /**
     * Mean residual in the units of the latent, without the part that other mechanisms or a reading
     * from pixels of others add to it.
     */
    double offset() {
      double added = 0;
      for (int t : rows) {
        added += (double) residuals[t][latent] - standardized[t][latent];
      }
      return statistics.meanResidual(latent, 0, size()) + unit() * added / size();
    }

    /** Units of the latent per standardised residual; 0 if these frames do not show it. */
    private double unit() {
      int least = rows[0];
      int most = rows[0];
      for (int t : rows) {
        least = standardized[t][latent] < standardized[least][latent] ? t : least;
        most = standardized[t][latent] > standardized[most][latent] ? t : most;
      }
      double range = standardized[most][latent] - standardized[least][latent];
      return range > 0
          ? (observed[most][latent]
                  - expected[most][latent]
                  - observed[least][latent]
                  + expected[least][latent])
              / range
          : 0;
    }

    /** Mean change of the reading, in the units of the latent; NaN if it is unknown. */
    double meanChange() {
      return inUnits(Arrays.stream(rows).mapToDouble(t -> residuals[t][latent]).average());
    }

    /** Mean absolute change of the reading in the newer frames. */
    double absoluteChange() {
      return inUnits(
          Arrays.stream(rows)
              .skip((long) rows.length - Math.min(rows.length, recentRows))
              .mapToDouble(t -> Math.abs(residuals[t][latent]))
              .average());
    }

    double largestChange() {
      return inUnits(Arrays.stream(rows).mapToDouble(t -> Math.abs(residuals[t][latent])).max());
    }

    private double inUnits(OptionalDouble deviation) {
      double unit = rows.length == 0 ? 0 : unit();
      return unit == 0 ? Double.NaN : Math.abs(unit * deviation.orElse(Double.NaN));
    }

    /** Spread of the latent over its nominal one in the newer frames. */
    double spread() {
      return statistics.spread(latent, size() - recentRows, recentRows);
    }

    boolean stillerThan(double spread) {
      return spread() < Math.min(spread, reference.stillness(latent, recentRows));
    }

    /** Frames whose residual is off, as rows of the window. */
    int[] off() {
      return Arrays.stream(rows)
          .filter(t -> Math.abs(residuals[t][latent]) > reference.off(latent))
          .toArray();
    }

    /** Returns true if the residual is normal but for single frames. */
    boolean hasOutliersOnly() {
      int[] off = off();
      if (off.length == 0 || off.length > MOST_OUTLIERS * size()) {
        return false;
      }
      int[] rest = Arrays.stream(rows).filter(t -> Arrays.binarySearch(off, t) < 0).toArray();
      Node without = new Node(latent, rest);
      return without.tested.stream().allMatch(without::isNormal);
    }

    /** Returns true if a test finds nothing in frames without outliers. */
    private boolean isNormal(MechanismTest test) {
      return switch (test) {
        case VARIANCE -> Math.abs(middle()) < NOT_NORMAL;
        case DEPENDENCE -> Math.abs(score(test)) < DEPENDENT;
        default -> Math.abs(score(test)) < NOT_NORMAL;
      };
    }

    /**
     * As {@link MechanismTest#VARIANCE}, but from the two thirds of the frames that are nearest to
     * normal: an outlier that noise makes smaller than {@link MechanismReference#off} still widens
     * the variance.
     */
    private double middle() {
      double variance = statistics.middleVariance(latent, 0, size());
      return reference.standardized(MechanismTest.VARIANCE, latent, size(), Math.log(variance));
    }

    /**
     * Returns true if in the newer frames the latent itself, not its residual, depends on its
     * causes.
     */
    boolean followsCauses() {
      int from = size() - recentRows;
      double predicted = statistics.followsPrediction(latent, from, recentRows);
      double shape = statistics.followsCauses(latent, from, recentRows);
      boolean sloped = Math.abs(statistics.slope(latent, from, recentRows)) >= SMALLEST_SLOPE;
      return (sloped && Math.abs(predicted) * Math.sqrt(Math.max(0, recentRows - 3)) >= FOLLOWS)
          || reference.standardized(MechanismTest.SHAPE, latent, recentRows, shape) >= NOT_NORMAL;
    }

    boolean moved() {
      double studentized = statistics.studentized(latent, 0, size());
      return rejected.contains(MechanismTest.MEAN)
          && (!rejected.contains(MechanismTest.VARIANCE) || Math.abs(studentized) >= MOVED);
    }

    int outOfRange() {
      int found = 0;
      for (int t : rows) {
        found += reference.outOfRange(latent, observed[t][latent]) ? 1 : 0;
      }
      return found;
    }
  }

  Diagnosis run() {
    for (int i = 0; i < graph.size(); i++) {
      nodes.add(new Node(i, evaluable(i)));
      tests += nodes.get(i).tested.size();
    }
    InterventionSentence sentence = new InterventionSentence(reference, graph, scales, frames);
    if (frozen()) {
      return new Diagnosis(
          InterventionKind.FROZEN_CAMERA,
          List.of(),
          1,
          0.5,
          Double.NaN,
          NO_CONDITION,
          sentence.frozen(recent),
          List.of(),
          null);
    }
    int changed = window.appearanceChanges(recent);
    if (2 * changed >= recent) {
      return new Diagnosis(
          InterventionKind.APPEARANCE_SHIFT,
          List.of(),
          (double) changed / recent,
          0.5,
          Double.NaN,
          NO_CONDITION,
          sentence.appearance(changed, recent),
          List.of(),
          null);
    }
    double threshold = NormalTail.twoSidedQuantile(Diagnosis.LEVEL / (tests * harmonic(tests)));
    discover();
    List<Node> ranked =
        ranked(nodes.stream().filter(node -> !node.rejected.isEmpty()).toList(), threshold);
    if (ranked.isEmpty()) {
      Diagnosis lasting = lasting();
      if (lasting != null) {
        return lasting;
      }
      Node most =
          nodes.stream()
              .max(Comparator.comparingDouble(node -> Math.abs(node.evidence())))
              .orElseThrow();
      return new Diagnosis(
          InterventionKind.UNKNOWN,
          List.of(),
          Math.abs(most.evidence()),
          threshold,
          corrected(most, tests),
          CONDITION,
          sentence.unknown(most, threshold),
          List.of(),
          unnamedEffect());
    }
    Map<Node, Effect> effects = effects(ranked);
    List<Node> suspects = belowMinimumLast(ranked, effects);
    Node first = suspects.get(0);
    Effect effect = effects.get(first);
    DynamicChange change = overTime(first);
    if (change != null) {
      return new Diagnosis(
          Diagnosis.kind(change.kind()),
          causes(suspects),
          Math.abs(first.evidence()),
          threshold,
          corrected(first, tests),
          CONDITION,
          new EquationChangeSentence(graph, scales, Objects.requireNonNull(history), frames)
              .of(change, first.latent),
          List.of(),
          effect);
    }
    Diagnosis lasting = isAlarmed(first) ? lasting() : null;
    if (lasting != null) {
      return lasting;
    }
    InterventionKind kind =
        graph.isRoot(first.latent) ? rootKind(first, suspects) : causedKind(first);
    List<EdgeReading> edges = kind == InterventionKind.OUTLIER ? List.of() : edges(first);
    if (kind == InterventionKind.STOCHASTIC_INTERVENTION
        && edges.stream().anyMatch(edge -> edge.verdict() == EdgeVerdict.KEPT)) {
      kind = InterventionKind.MECHANISM_CHANGE;
    }
    return new Diagnosis(
        kind,
        causes(suspects),
        Math.abs(first.evidence()),
        threshold,
        corrected(first, tests),
        CONDITION,
        sentence.of(kind, first, edges),
        edges,
        effect);
  }

  /** Returns true if the alarm shows a change of a latent, and is not one of single frames. */
  private boolean isAlarmed(Node node) {
    return alarmed.above() && alarmed.largest() == node.latent && !node.hasOutliersOnly();
  }

  /**
   * A change that only the chart that alarms shows, because it sees more frames; null if its
   * largest mean may be chance, or is not that of an equation that uses earlier frames.
   */
  private @Nullable Diagnosis lasting() {
    if (!alarmed.above() || alarmed.frames() <= frames) {
      return null;
    }
    Node node = nodes.get(alarmed.largest());
    AlarmedMeans.Mean mean = alarmed.byLatent().get(node.latent);
    double threshold = NormalTail.twoSidedQuantile(Diagnosis.LEVEL / graph.size());
    if (!usesHistory(node) || graph.isRoot(node.latent) || mean.distance() < threshold) {
      return null;
    }
    DynamicHistory frame = Objects.requireNonNull(history);
    DynamicChange change = frame.lasting(node.latent, mean.change(), mean.standardErrors());
    return new Diagnosis(
        Diagnosis.kind(change.kind()),
        List.of(
            new Finding.Cause(
                graph.name(node.latent),
                graph.parentNames(node.latent),
                mean.standardErrors(),
                Double.NaN,
                1)),
        mean.distance(),
        threshold,
        Double.NaN,
        OF_ALARM,
        new EquationChangeSentence(graph, scales, frame, alarmed.frames()).of(change, node.latent),
        List.of(),
        minimums.of(node.latent) > 0 ? effect(node, change(change)) : null);
  }

  /** Change of the reading by the change of an equation; NaN if it is unknown. */
  private double change(DynamicChange change) {
    return switch (change.kind()) {
      case OFFSET -> change.size();
      case PUSH -> change.size() * minimums.seconds();
      case GAIN, RESPONSE, DELAY, HELD -> Double.NaN;
    };
  }

  private static List<Node> belowMinimumLast(List<Node> ranked, Map<Node, Effect> effects) {
    List<Node> sorted = new ArrayList<>(ranked);
    sorted.removeIf(node -> isBelow(effects.get(node)));
    ranked.stream().filter(node -> isBelow(effects.get(node))).forEach(sorted::add);
    return sorted;
  }

  private static boolean isBelow(@Nullable Effect effect) {
    return effect != null && effect.isBelow();
  }

  /** Effects on the suspects that have a minimum. */
  private Map<Node, Effect> effects(List<Node> suspects) {
    Map<Node, Effect> effects = new HashMap<>();
    for (Node node : suspects) {
      if (minimums.of(node.latent) > 0) {
        effects.put(node, effect(node, change(node, suspects)));
      }
    }
    return effects;
  }

  /**
   * The effect if no cause can be named; null unless every latent that may be one has a minimum.
   */
  private @Nullable Effect unnamedEffect() {
    List<Node> possible = nodes.stream().filter(node -> alarmed.allows(node.latent)).toList();
    if (!possible.stream().allMatch(node -> minimums.of(node.latent) > 0)) {
      return null;
    }
    return possible.stream()
        .map(
            node ->
                effect(
                    node,
                    usesHistory(node) || isCategorical(node) ? Double.NaN : node.absoluteChange()))
        .max(Comparator.comparingDouble(one -> one.size() / one.minimum())) // NaN is the largest
        .orElse(null);
  }

  private Effect effect(Node node, double change) {
    FactorScale scale = scales.of(node.latent).orElse(null);
    return new Effect(
        graph.name(node.latent),
        Math.abs(scale == null ? change : scale.slope() * change),
        minimums.of(node.latent),
        scale == null ? Effect.Unit.STANDARD_DEVIATIONS : Effect.Unit.FACTOR);
  }

  /** Change of the reading of a suspect in the units of the latent; NaN if it is unknown. */
  private double change(Node node, List<Node> suspects) {
    if (isCategorical(node)) {
      return Double.NaN;
    }
    DynamicChange change = overTime(node);
    if (change != null) {
      return change(change);
    }
    boolean root = graph.isRoot(node.latent);
    return switch (root ? rootKind(node, suspects) : causedKind(node)) {
      case OFFSET, COVARIATE_DRIFT -> node.meanChange();
      case OUTLIER -> node.largestChange();
      case HARD_INTERVENTION, STOCHASTIC_INTERVENTION -> root ? Double.NaN : node.absoluteChange();
      default -> node.absoluteChange();
    };
  }

  private boolean isCategorical(Node node) {
    return !scales.categories(node.latent).isEmpty();
  }

  private boolean usesHistory(Node node) {
    return history != null && history.explains(node.latent);
  }

  /**
   * The change of an equation that uses earlier frames; null if the equation of the latent does
   * not, or the latent has no causes, has single outliers or only varies more.
   */
  private @Nullable DynamicChange overTime(Node node) {
    if (!usesHistory(node) || graph.isRoot(node.latent) || node.hasOutliersOnly()) {
      return null;
    }
    return Objects.requireNonNull(history)
        .change(node.latent, frames)
        .filter(change -> change.nats() >= SMALLEST_SAVING)
        .orElse(null);
  }

  /** Edges of a latent in the newer frames. */
  private List<EdgeReading> edges(Node node) {
    int[] rows = Arrays.stream(node.rows).filter(t -> t >= frames - recent).toArray();
    double[] centres = IntStream.range(0, graph.size()).mapToDouble(reference::centre).toArray();
    return EdgeReadings.of(graph, observed, expected, centres, node.latent, rows);
  }

  /** Frames whose causes the equations know from training. */
  private int[] evaluable(int latent) {
    int[] parents = graph.parents(latent);
    int[] kept = new int[frames];
    int n = 0;
    for (int t = 0; t < frames; t++) {
      boolean known = !reference.outOfSupport(parents, latent, observed[t]);
      for (int parent : parents) {
        known &= !reference.outOfRange(parent, observed[t][parent]);
      }
      if (known) {
        kept[n++] = t;
      }
    }
    return Arrays.copyOf(kept, n);
  }

  /**
   * The strongest evidence first, but a root before its descendants, unless its own evidence is
   * small next to that, the other ignores it altogether, or only single frames of the root are off
   * and more of an equation over time: beyond the range of training an encoder turns values back
   * into that range, and their descendants then look broken.
   */
  private List<Node> ranked(List<Node> suspects, double threshold) {
    List<Node> ranked = new ArrayList<>(suspects);
    ranked.sort(Comparator.comparingDouble((Node node) -> Math.abs(node.evidence())).reversed());
    Node first = ranked.isEmpty() ? null : ranked.get(0);
    if (first == null || graph.isRoot(first.latent) || ignoresCauses(first)) {
      return ranked;
    }
    double enough = Math.max(threshold, ROOT_EVIDENCE * Math.abs(first.evidence()));
    ranked.stream()
        .filter(node -> graph.isRoot(node.latent) && graph.isAncestor(node.latent, first.latent))
        .filter(node -> Math.abs(node.evidence()) >= enough)
        .filter(node -> !usesHistory(first) || !node.hasOutliersOnly() || first.hasOutliersOnly())
        .findFirst()
        .ifPresent(
            root -> {
              ranked.remove(root);
              ranked.add(0, root);
            });
    return ranked;
  }

  private boolean ignoresCauses(Node node) {
    InterventionKind kind = causedKind(node);
    return kind == InterventionKind.HARD_INTERVENTION
        || kind == InterventionKind.STOCHASTIC_INTERVENTION;
  }

  private boolean frozen() {
    if (2 * window.frozen(recent) >= recent) {
      return true;
    }
    WindowStatistics all = reference.statistics(graph, observed, expected, residuals);
    for (int i = 0; i < graph.size(); i++) {
      double spread = all.spread(i, frames - recent, recent);
      if (!(spread < Math.min(FROZEN_SPREAD, reference.stillness(i, recent)))) {
        return false;
      }
    }
    return true;
  }

  /** Benjamini and Yekutieli (2001): the step-up procedure at {@code LEVEL / (1 + 1/2 + ...)}. */
  private void discover() {
    double[] sorted =
        nodes.stream()
            .flatMapToDouble(
                node ->
                    node.tested.stream().mapToDouble(test -> NormalTail.twoSided(node.score(test))))
            .sorted()
            .toArray();
    double cut = 0;
    for (int k = 1; k <= sorted.length; k++) {
      double allowed = Diagnosis.LEVEL * k / (tests * harmonic(tests));
      if (sorted[k - 1] <= allowed) {
        cut = sorted[k - 1];
      }
    }
    for (Node node : nodes) {
      for (MechanismTest test : node.tested) {
        if (NormalTail.twoSided(node.score(test)) <= cut) {
          node.rejected.add(test);
        }
      }
    }
  }

  private InterventionKind rootKind(Node node, List<Node> suspects) {
    if (node.stillerThan(HELD_ROOT_SPREAD)) {
      return InterventionKind.HARD_INTERVENTION;
    }
    if (node.hasOutliersOnly()) {
      return InterventionKind.OUTLIER;
    }
    if (node.moved() && !node.stillerThan(NARROWED_SPREAD)) {
      if (!scales.categories(node.latent).isEmpty()) {
        return InterventionKind.COVARIATE_DRIFT; // no category is out of range
      }
      // A distribution that moves within the range does not change its descendants.
      boolean broken =
          suspects.stream().anyMatch(other -> graph.isAncestor(node.latent, other.latent));
      return broken || node.outOfRange() >= Math.max(2, OUT_OF_RANGE * node.size())
          ? InterventionKind.OFFSET
          : InterventionKind.COVARIATE_DRIFT;
    }
    return InterventionKind.STOCHASTIC_INTERVENTION;
  }

  private InterventionKind causedKind(Node node) {
    if (usesHistory(node)) {
      return node.hasOutliersOnly() ? InterventionKind.OUTLIER : InterventionKind.NOISE_CHANGE;
    }
    if (node.stillerThan(HELD_CAUSED_SPREAD)) {
      return InterventionKind.HARD_INTERVENTION;
    }
    if (node.hasOutliersOnly()) {
      return InterventionKind.OUTLIER;
    }
    if (Math.abs(node.score(MechanismTest.DEPENDENCE)) >= DEPENDENT
        || node.rejected.contains(MechanismTest.SHAPE)) {
      return node.score(MechanismTest.DEPENDENCE) < 0 && !node.followsCauses()
          ? InterventionKind.STOCHASTIC_INTERVENTION
          : InterventionKind.MECHANISM_CHANGE;
    }
    return node.moved() ? InterventionKind.OFFSET : InterventionKind.NOISE_CHANGE;
  }

  private List<Finding.Cause> causes(List<Node> suspects) {
    double sum = 0;
    for (Node node : suspects) {
      sum += node.evidence() * node.evidence();
    }
    List<Finding.Cause> causes = new ArrayList<>();
    for (Node node : suspects) {
      causes.add(
          new Finding.Cause(
              graph.name(node.latent),
              graph.parentNames(node.latent),
              node.evidence(),
              corrected(node, node.tested.size()),
              node.evidence() * node.evidence() / sum));
    }
    return causes;
  }

  private static double corrected(Node node, int tests) {
    return Math.min(1, tests * NormalTail.twoSided(node.evidence()));
  }

  private static double harmonic(int n) {
    double sum = 0;
    for (int k = 1; k <= n; k++) {
      sum += 1.0 / k;
    }
    return sum;
  }

  private static float[][] select(float[][] rows, int[] index) {
    float[][] selected = new float[index.length][];
    for (int i = 0; i < index.length; i++) {
      selected[i] = rows[index[i]];
    }
    return selected;
  }
}
