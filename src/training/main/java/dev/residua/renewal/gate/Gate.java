package dev.residua.renewal.gate;

import dev.residua.causal.CausalGraph;
import dev.residua.renewal.gate.GateVerdict.Ruling;
import dev.residua.training.metrics.GraphDistance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Decides whether a candidate replaces the champion, by the figures of one {@link ModelEvaluator}.
 * Pure: the same figures and policy give the same verdict. A candidate wins only if it is not worse
 * by any rule and significantly better in at least one of these:
 *
 * <ul>
 *   <li>calibration: p-values of the champion are rejected as uniform, those of the candidate not
 *       (Kolmogorov-Smirnov at {@link GatePolicy#refusal});
 *   <li>reconstruction: the upper end of the ratio of mean errors, by a paired block bootstrap with
 *       {@link GatePolicy#better} on either side, is below 1 less the required gain;
 *   <li>run length: the champion alarms on quiet frames more often than its bound, the candidate
 *       does not;
 *   <li>detection, localisation: more faults detected, or located, by McNemar's exact test;
 *   <li>delay: faults detected earlier, by the sign test over faults that both detect, and by more
 *       than the margin that the rule allows.
 * </ul>
 *
 * <p>After a change of the world the champion's figures are bad, and a candidate trained on the
 * changed world wins by calibration and run length.
 */
public final class Gate {
  private final GatePolicy policy;
  private final Examination champion;
  private final Examination candidate;
  private final List<String> gains = new ArrayList<>();

  private Gate(GatePolicy policy, Examination champion, Examination candidate) {
    this.policy = policy;
    this.champion = champion;
    this.candidate = candidate;
  }

  /**
   * The verdict on a candidate. O({@code resamples * frames / block}).
   *
   * @throws IllegalArgumentException if the two were not examined with the same frames and faults
   */
  public static GateVerdict decide(GatePolicy policy, Examination champion, Examination candidate) {
    if (!Arrays.equals(champion.sequenceLengths(), candidate.sequenceLengths())
        || !champion.faults().equals(candidate.faults())
        || champion.frameNanos().length != candidate.frameNanos().length) {
      throw new IllegalArgumentException(
          "models %s and %s were not examined together: %d and %d frames, %d and %d faults, %d and %d timed batches"
              .formatted(
                  champion.modelId(),
                  candidate.modelId(),
                  champion.frames(),
                  candidate.frames(),
                  champion.faults().size(),
                  candidate.faults().size(),
                  champion.frameNanos().length,
                  candidate.frameNanos().length));
    }
    return new Gate(policy, champion, candidate).decide();
  }

  private GateVerdict decide() {
    List<Ruling> rulings = new ArrayList<>();
    rulings.add(calibration());
    rulings.add(independence());
    rulings.add(reconstruction());
    rulings.add(runLength());
    rulings.add(detection());
    rulings.add(delay());
    rulings.add(localisation());
    rulings.add(graph());
    rulings.add(speed());
    rulings.add(memory());
    rulings.add(monitorability());
    rulings.add(collapse());
    rulings.add(findings());
    rulings.add(
        new Ruling(
            GateRule.NO_BETTER,
            Double.NaN,
            gains.size(),
            1,
            !gains.isEmpty(),
            gains.isEmpty()
                ? "it is significantly better in nothing"
                : "it is better: " + String.join("; ", gains)));
    return new GateVerdict(champion, candidate, rulings);
  }

  private Ruling calibration() {
    Examination.Uniformity own = candidate.leastUniform();
    Examination.Uniformity other = champion.leastUniform();
    double effective = candidate.uniformity().get(0).effectiveFrames();
    boolean enough = effective >= policy.minEffectiveFrames();
    boolean rejected = rejected(candidate);
    if (enough && !rejected && rejected(champion)) {
      gains.add(
          text(
              "p-values of %s were %.2f from uniform, those of the candidate are at most %.2f",
              other.name(), other.distance(), own.distance()));
    }
    return new Ruling(
        GateRule.CALIBRATION,
        other.distance(),
        own.distance(),
        policy.calibrationTolerance(),
        enough && !rejected,
        enough
            ? text(
                "p-values of %s are %.3f from uniform (p = %.2g over %.0f independent frames), %s",
                own.name(),
                own.distance(),
                own.pValue(),
                own.effectiveFrames(),
                rejected ? "which is significant" : "which is allowed")
            : text(
                "the frames are worth %.0f independent ones, too few for a test (at least %.0f)",
                effective, policy.minEffectiveFrames()));
  }

  private boolean rejected(Examination of) {
    double level = policy.refusal() / of.uniformity().size();
    return of.uniformity().stream()
        .anyMatch(one -> one.pValue() <= level && one.distance() > policy.calibrationTolerance());
  }

  private Ruling independence() {
    double bound =
        Math.max(policy.independenceFloor(), champion.dependence() + policy.independenceMargin());
    return atMost(
        GateRule.INDEPENDENCE,
        champion.dependence(),
        candidate.dependence(),
        bound,
        "two residuals have a distance correlation of %.3f, the champion's %.3f, at most %.3f");
  }

  private static Ruling atMost(
      GateRule rule, double champion, double candidate, double bound, String sentence) {
    return new Ruling(
        rule,
        champion,
        candidate,
        bound,
        candidate <= bound,
        text(sentence, candidate, champion, bound));
  }

  private Ruling reconstruction() {
    float[] own = candidate.reconstructionErrors();
    float[] other = champion.reconstructionErrors();
    double[] difference = new double[own.length];
    for (int i = 0; i < own.length; i++) {
      difference[i] = own[i] - other[i];
    }
    int[] lengths = champion.sequenceLengths();
    int block =
        (int)
            Math.ceil(
                Math.max(
                    GateStatistics.autocorrelationTime(difference, lengths),
                    Math.cbrt(own.length)));
    double[] interval =
        GateStatistics.ratioInterval(
            own, other, lengths, block, policy.better(), policy.resamples(), policy.seed());
    double ratio = candidate.meanError() / champion.meanError();
    if (interval[1] < 1 - policy.reconstructionGain()) {
      gains.add(text("it reconstructs frames with %.3f times the error", ratio));
    }
    double bound = 1 + policy.reconstructionMargin();
    return new Ruling(
        GateRule.RECONSTRUCTION,
        champion.meanError(),
        candidate.meanError(),
        bound * champion.meanError(),
        interval[1] <= bound,
        text(
            "its error is %.3f times the champion's (%.3f to %.3f by bootstrap), at most %.3f",
            ratio, interval[0], interval[1], bound));
  }

  private Ruling runLength() {
    int bound = bound(candidate.replay());
    boolean passed = candidate.replay().alarms() <= bound;
    if (passed && champion.replay().alarms() > bound(champion.replay())) {
      gains.add(
          text(
              "on quiet frames the champion alarms %d times, the candidate %d times, expected are %.1f",
              champion.replay().alarms(),
              candidate.replay().alarms(),
              candidate.replay().expected()));
    }
    return new Ruling(
        GateRule.RUN_LENGTH,
        champion.replay().alarms(),
        candidate.replay().alarms(),
        bound,
        passed,
        text(
            "%d alarms in %,d quiet frames, the champion's %d, expected are %.1f and at most %d",
            candidate.replay().alarms(),
            candidate.replay().frames(),
            champion.replay().alarms(),
            candidate.replay().expected(),
            bound));
  }

  private int bound(Examination.Replay replay) {
    return GateStatistics.poissonBound(
        replay.expected() * policy.runLengthSlack(), policy.refusal());
  }

  /** Outcomes that differ, and the latents at which the candidate has none. */
  private record Compared(int pairs, int champion, int candidate, int lost, int won, String blind) {
    double share(int of) {
      return pairs == 0 ? Double.NaN : (double) of / pairs;
    }
  }

  private Compared compare(IntPredicate counts, IntPredicate champions, IntPredicate candidates) {
    int pairs = 0;
    int own = 0;
    int other = 0;
    int lost = 0;
    int won = 0;
    Map<String, int[]> byNode = new LinkedHashMap<>(); // successes of champion and candidate
    for (int k = 0; k < champion.faults().size(); k++) {
      if (!counts.test(k)) {
        continue;
      }
      boolean first = champions.test(k);
      boolean second = candidates.test(k);
      pairs++;
      other += first ? 1 : 0;
      own += second ? 1 : 0;
      lost += first && !second ? 1 : 0;
      won += second && !first ? 1 : 0;
      String node = champion.faults().get(k).node();
      if (node != null) {
        int[] both = byNode.computeIfAbsent(node, any -> new int[2]);
        both[0] += first ? 1 : 0;
        both[1] += second ? 1 : 0;
      }
    }
    List<String> blind = new ArrayList<>();
    byNode.forEach(
        (node, both) -> {
          if (both[0] >= policy.blindFaults() && both[1] == 0) {
            blind.add(node);
          }
        });
    return new Compared(pairs, other, own, lost, won, String.join(", ", blind));
  }

  private Ruling detection() {
    Compared all =
        compare(
            k -> true,
            k -> champion.found().get(k).detected(),
            k -> candidate.found().get(k).detected());
    double p = GateStatistics.signTest(all.won(), all.lost());
    if (p <= policy.better()) {
      gains.add(
          text(
              "it detects %d faults that the champion misses and misses %d that the champion detects (p = %.2g)",
              all.won(), all.lost(), p));
    }
    if (championUnusable()) {
      return alone(
          GateRule.DETECTION,
          all,
          "it detects %d of %d faults, at least %.2f of them, as the champion alarms without a fault");
    }
    return lossRuling(
        GateRule.DETECTION,
        all,
        policy.detectionLoss(),
        "it detects %d of %d faults, the champion %d",
        "it detects nothing at ");
  }

  private Ruling lossRuling(
      GateRule rule, Compared all, double loss, String counts, String blindness) {
    double least = all.share(all.champion()) - loss;
    boolean kept = all.pairs() == 0 || all.lost() - all.won() <= loss * all.pairs();
    return new Ruling(
        rule,
        all.share(all.champion()),
        all.share(all.candidate()),
        least,
        kept && all.blind().isEmpty(),
        text(counts, all.candidate(), all.pairs(), all.champion())
            + (all.blind().isEmpty() ? "" : "; " + blindness + all.blind()));
  }

  /** Returns true if the champion alarms without a fault too often for a comparison. */
  private boolean championUnusable() {
    long anyway = champion.found().stream().filter(Fault.Found::alarmsAnyway).count();
    return 2 * anyway > champion.found().size();
  }

  /** The candidate's share against a fixed bound, without a comparison. */
  private Ruling alone(GateRule rule, Compared all, String counts) {
    double share = all.share(all.candidate());
    return new Ruling(
        rule,
        all.share(all.champion()),
        share,
        policy.minShare(),
        all.pairs() == 0 || share >= policy.minShare(),
        text(counts, all.candidate(), all.pairs(), policy.minShare()));
  }

  private boolean bothDetect(int k) {
    return champion.found().get(k).detected() && candidate.found().get(k).detected();
  }

  private Ruling delay() {
    int both = 0;
    int later = 0;
    int earlier = 0;
    double own = 0;
    double other = 0;
    for (int k = 0; k < champion.faults().size(); k++) {
      if (bothDetect(k)) {
        int first = champion.found().get(k).delay();
        int second = candidate.found().get(k).delay();
        both++;
        other += first;
        own += second;
        later += second > first ? 1 : 0;
        earlier += second < first ? 1 : 0;
      }
    }
    if (both == 0) {
      return new Ruling(
          GateRule.DELAY,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          true,
          "there is no fault that both detect");
    }
    own /= both;
    other /= both;
    double bound = other * policy.delayRatio() + policy.delayFrames();
    boolean passed = own <= bound || GateStatistics.signTest(later, earlier) > policy.delayLevel();
    if (own * policy.delayRatio() + policy.delayFrames() < other
        && GateStatistics.signTest(earlier, later) <= policy.better()) {
      gains.add(text("it alarms after %.1f frames, the champion after %.1f", own, other));
    }
    return new Ruling(
        GateRule.DELAY,
        other,
        own,
        bound,
        passed,
        text(
            "it alarms after %.1f frames, the champion after %.1f, at most %.1f (%d faults later, %d earlier)",
            own, other, bound, later, earlier));
  }

  private Ruling localisation() {
    if (championUnusable()) {
      return alone(
          GateRule.LOCALISATION,
          compare(
              k -> candidate.found().get(k).detected() && nameable(champion.faults().get(k)),
              k -> names(champion, k),
              k -> names(candidate, k)),
          "it names the right latent for %d of %d faults that it detects, at least %.2f of them, as the champion alarms without a fault");
    }
    Compared all =
        compare(
            k -> bothDetect(k) && nameable(champion.faults().get(k)),
            k -> names(champion, k),
            k -> names(candidate, k));
    double p = GateStatistics.signTest(all.won(), all.lost());
    if (p <= policy.better()) {
      gains.add(
          text(
              "it locates %d faults that the champion does not, and not %d that the champion locates (p = %.2g)",
              all.won(), all.lost(), p));
    }
    return lossRuling(
        GateRule.LOCALISATION,
        all,
        policy.localisationLoss(),
        "it names the right latent for %d of %d faults that both detect, the champion for %d",
        "it never names ");
  }

  /** Returns true if both models anchor the fault's latent, so that its name has one meaning. */
  private boolean nameable(Fault fault) {
    return fault.node() != null
        && champion.anchors(fault.node())
        && candidate.anchors(fault.node());
  }

  private static boolean names(Examination of, int fault) {
    String node = of.faults().get(fault).node();
    return node != null && node.equals(of.found().get(fault).blamed());
  }

  private Ruling graph() {
    CausalGraph sure = champion.graph();
    CausalGraph own = candidate.graph();
    int figures = 0;
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < sure.size(); i++) {
      if (champion.anchored()[i]) {
        figures++;
        if (!own.names().contains(sure.name(i))) {
          missing.add(sure.spokenName(i));
        }
      }
    }
    Map<String, LatentIdentity> renamed = new LinkedHashMap<>(candidate.identities());
    renamed.keySet().removeAll(sure.names());
    boolean unmatched = !missing.isEmpty() && !renamed.isEmpty();
    List<String> lost = new ArrayList<>();
    if (!unmatched) {
      missing.forEach(name -> lost.add("latent " + name));
    }
    for (CausalGraph.Edge edge : sure.edgeList()) {
      int from = own.names().indexOf(sure.name(edge.from()));
      int to = own.names().indexOf(sure.name(edge.to()));
      if (edge.confidence() < policy.sureEdge()) {
        continue;
      }
      figures++;
      if (from >= 0 && to >= 0 && surelyNot(own, from, to)) {
        lost.add(
            "edge %s -> %s".formatted(sure.spokenName(edge.from()), sure.spokenName(edge.to())));
      }
    }
    String distance =
        sure.names().equals(own.names())
            ? text(
                ", structural Hamming distance %d",
                GraphDistance.of(sure.edges(), own.edges()).shd())
            : "";
    List<String> reasons = new ArrayList<>();
    if (unmatched) {
      reasons.add(LatentIdentity.sentence(missing, renamed));
    }
    if (!lost.isEmpty()) {
      reasons.add("it lacks " + String.join(", ", lost));
    }
    boolean complete = reasons.isEmpty();
    return new Ruling(
        GateRule.GRAPH,
        figures,
        figures - lost.size() - (unmatched ? missing.size() : 0),
        figures,
        complete || policy.graphMayChange(),
        complete
            ? "it has every latent and edge that the champion is sure of" + distance
            : String.join("; ", reasons)
                + (policy.graphMayChange() ? ", which is allowed" : "")
                + distance);
  }

  /** Returns true if an edge is missing or reversed with the confidence of a sure edge. */
  private boolean surelyNot(CausalGraph graph, int from, int to) {
    return !graph.hasEdge(from, to)
        && (1 - graph.confidence(from, to) >= policy.sureEdge()
            || (graph.hasEdge(to, from) && graph.confidence(to, from) >= policy.sureEdge()));
  }

  private Ruling speed() {
    double[] ratios = new double[candidate.frameNanos().length];
    for (int i = 0; i < ratios.length; i++) {
      // A clock that is too coarse measures zero for a batch.
      double other = Math.max(1e-3, champion.frameNanos()[i]);
      ratios[i] = Math.max(1e-3, candidate.frameNanos()[i]) / other;
    }
    double ratio = GateStatistics.median(ratios);
    return new Ruling(
        GateRule.SPEED,
        champion.medianNanos(),
        candidate.medianNanos(),
        policy.speedRatio() * champion.medianNanos(),
        ratio <= policy.speedRatio(),
        text(
            "a frame takes %.2f times as long as with the champion, at most %.2f",
            ratio, policy.speedRatio()));
  }

  private Ruling memory() {
    return atMost(
        GateRule.MEMORY,
        champion.bytes(),
        candidate.bytes(),
        policy.bytesRatio() * champion.bytes(),
        "its entries have %,.0f bytes, the champion's %,.0f, at most %,.0f");
  }

  /** Compares leakage from injected faults, and from the calibrations if both state it. */
  private Ruling monitorability() {
    double own = candidate.estimatedLeakage();
    double bound = leakageBound(champion.estimatedLeakage());
    boolean passed = own <= bound;
    String stated = "";
    if (champion.statedLeakage().isPresent() && candidate.statedLeakage().isPresent()) {
      double first = champion.statedLeakage().getAsDouble();
      double second = candidate.statedLeakage().getAsDouble();
      passed &= second <= leakageBound(first);
      stated =
          text(
              "; its calibration states %.2f, the champion's %.2f, at most %.2f",
              second, first, leakageBound(first));
    }
    return new Ruling(
        GateRule.MONITORABILITY,
        champion.estimatedLeakage(),
        own,
        bound,
        passed,
        text(
                "an offset of one latent leaks %.2f of its size to the others' residuals, with the champion %.2f, at most %.2f",
                own, champion.estimatedLeakage(), bound)
            + stated);
  }

  private double leakageBound(double champions) {
    return Math.max(policy.leakageFloor(), champions + policy.leakageMargin());
  }

  private Ruling findings() {
    List<String> own = candidate.findings();
    return new Ruling(
        GateRule.FINDINGS,
        champion.findings().size(),
        own.size(),
        0,
        own.isEmpty(),
        own.isEmpty() ? "its training found nothing that it cannot read" : String.join("; ", own));
  }

  private Ruling collapse() {
    double other = Arrays.stream(champion.spread()).min().orElse(0);
    double own = Arrays.stream(candidate.spread()).min().orElse(0);
    double bound = policy.minSpread() * Math.min(1, other);
    double redrawn = candidate.shareReproduced();
    double least = champion.shareReproduced() - policy.varianceLoss();
    return new Ruling(
        GateRule.COLLAPSE,
        other,
        own,
        bound,
        own >= bound && redrawn >= least,
        text(
            "its smallest variance of a latent is %.3g (at least %.3g), and it reconstructs %.3f of the pictures' variance (at least %.3f)",
            own, bound, redrawn, least));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
