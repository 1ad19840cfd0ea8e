package dev.residua.dashboard;

import dev.residua.causal.Effect;
import dev.residua.causal.Finding;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.dashboard.LiveViews.ReasonView;
import dev.residua.feedback.Proposal;
import dev.residua.frame.HumanDuration;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Suppression;
import dev.residua.incident.Incident;
import dev.residua.source.MinimumEffect;
import dev.residua.source.SourceRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Why a source is not watched, alarms never, or alarms too often: the most important reason first,
 * each with commands that change it.
 */
final class SourceReasons {
  /** Days over which incidents are counted: those of a budget. */
  private static final int DAYS = 7;

  /** Chance below which a number of incidents is more than the budget explains. */
  private static final double RARE = 0.01;

  private static final Duration LONG = Duration.ofDays(1);

  /**
   * The state of a source.
   *
   * @param scene of its last frame
   * @param rule that applies; {@link SourceRule#DEFAULTS} without any
   * @param lastFrame when its last frame was scored; null if none is known
   * @param silentAfter time without a frame after which it is silent; zero if unknown
   * @param driftShare drift statistic over its threshold at the last frame; NaN if unknown
   * @param commands that stand and cover the source
   * @param incidents of the source, the newest first
   * @param belowMinimum last finding whose effect was below its minimum; null if there was none
   * @param latents of its model; empty if it is not known
   * @param unreadable latents that too many of its last frames do not show
   * @param budget accepted false alarms per week
   * @param proposals that would have spared false alarms of this source
   * @param models reasons about the models of its scene
   */
  record Facts(
      String source,
      String scene,
      Instant now,
      SourceRule rule,
      @Nullable Instant lastFrame,
      Duration silentAfter,
      CommissioningStatus status,
      double driftShare,
      List<ControlCommand> commands,
      List<Incident> incidents,
      @Nullable Finding belowMinimum,
      List<String> latents,
      List<UnreadableLatent> unreadable,
      double budget,
      List<Proposal> proposals,
      List<ReasonView> models) {}

  private final Facts facts;
  private final List<ReasonView> reasons = new ArrayList<>();

  private SourceReasons(Facts facts) {
    this.facts = facts;
  }

  /** Returns the reasons; at least one. */
  static List<ReasonView> of(Facts facts) {
    SourceReasons found = new SourceReasons(facts);
    found.notWatched();
    found.commanded();
    found.unreadable();
    found.reasons.addAll(facts.models());
    found.commissioned();
    found.tooSmall();
    found.alarmed();
    if (found.reasons.isEmpty()) {
      found.nothing();
    }
    return List.copyOf(found.reasons);
  }

  private void add(String topic, String sentence, String... commands) {
    reasons.add(new ReasonView(topic, sentence, List.of(commands)));
  }

  private void notWatched() {
    if (!facts.rule().enabled()) {
      add(
          "disabled",
          "rule %s says that this source is not monitored".formatted(facts.rule().id()),
          "residua source set %s --enabled true".formatted(facts.rule().id()));
    }
    Instant last = facts.lastFrame();
    if (last == null) {
      add(
          "silent",
          "no frame of this source was scored yet, or it was too long ago: check the camera and its"
              + " producer, and whether frames are refused",
          "residua dead-letters list");
      return;
    }
    Duration since = Duration.between(last, facts.now());
    if (!facts.silentAfter().isZero() && since.compareTo(facts.silentAfter()) > 0) {
      add(
          "silent",
          "no frame was scored since %s, for %s: check the camera, the network and the producer, and"
                  .formatted(time(last), HumanDuration.spoken(since))
              + " whether frames are refused",
          "residua dead-letters list");
    }
  }

  private void commanded() {
    for (ControlCommand command : facts.commands()) {
      String id = command.order().id();
      if (command instanceof Maintenance one && one.period().contains(facts.now())) {
        add(
            "silenced",
            "no incident opens until %s: silenced by %s (%s)"
                .formatted(time(one.period().until()), one.order().by(), one.order().reason()),
            "residua silence --take-back %s --reason TEXT".formatted(id));
      } else if (command instanceof Suppression one) {
        add(
            "suppressed",
            "shifts of %s up to %s standard deviations open no incident: suppressed by %s (%s)"
                .formatted(
                    spoken(one.latent()),
                    number(one.margin()),
                    one.order().by(),
                    one.order().reason()),
            "residua suppress --take-back %s --reason TEXT".formatted(id));
      }
    }
  }

  private void unreadable() {
    List<UnreadableLatent> latents = facts.unreadable();
    if (latents.isEmpty()) {
      return;
    }
    Set<String> effects = new LinkedHashSet<>();
    latents.forEach(latent -> effects.addAll(latent.effects()));
    latents.forEach(latent -> effects.remove(latent.name()));
    boolean one = latents.size() == 1;
    Stream<String> unwatched = Stream.concat(Stream.of(one ? "it" : "they"), effects.stream());
    add(
        "unreadable",
        "%s cannot be read, so %s and changes over several frames are not watched: check what covers or dazzles %s; if %s values that the training did not have, train with more frames"
            .formatted(
                latents.stream().map(SourceReasons::evidence).collect(Collectors.joining(" and ")),
                unwatched.map(SourceReasons::spoken).collect(Collectors.joining(", ")),
                one ? "it" : "them",
                one ? "it shows" : "they show"),
        "residua retrain --scene %s --reason TEXT".formatted(word(facts.scene())));
  }

  private static String evidence(UnreadableLatent latent) {
    return "%s (in %d of the last %d frames, since %s, %s)"
        .formatted(
            spoken(latent.name()),
            latent.frames(),
            Integer.SIZE,
            time(latent.since()),
            latent.lastValue().isEmpty()
                ? "last value unknown"
                : "last value " + latent.lastValue());
  }

  private void commissioned() {
    CommissioningStatus status = facts.status();
    String why = String.join("; ", status.reasons());
    switch (status.phase()) {
      case NEEDS_REVIEW ->
          add(
              "review",
              "it learned a normal state that is far from that of the model, and waits for a person: "
                  + why,
              "residua source arm --sources %s --reason TEXT".formatted(pattern()),
              "residua source learn --sources %s --reason TEXT".formatted(pattern()));
      case LEARNING ->
          add(
              "learning",
              "it learns what is normal, %.0f %% done, and is not watched meanwhile%s"
                  .formatted(100 * status.progress(), why.isEmpty() ? "" : ": " + why),
              "residua source status %s".formatted(word(facts.source())),
              facts.rule().id().isEmpty()
                  ? "residua source set ID --match %s --learn never".formatted(word(facts.source()))
                  : "residua source set %s --learn never".formatted(facts.rule().id()));
      case ARMED -> {
        if (!status.proposals().isEmpty()) {
          add(
              "recalibrate",
              "%s. %s"
                  .formatted(
                      RecalibrationProposal.note(
                          status.proposals().stream().map(RecalibrationProposal::subject).toList()),
                      RecalibrationProposal.ADVICE),
              "residua source learn --sources %s --reason TEXT".formatted(pattern()));
        }
      }
      case MODEL -> {}
    }
  }

  private void tooSmall() {
    SourceRule rule = facts.rule();
    MinimumEffect minimum = rule.minimumEffect();
    for (String unknown : minimum.unknown(facts.latents())) {
      add(
          "minimum",
          "minimumEffect of rule %s names %s, which is not a latent of its model: %s"
              .formatted(rule.id(), unknown, String.join(", ", facts.latents())),
          setMinimum(rule, minimum.without(unknown)));
    }
    Finding last = facts.belowMinimum();
    Effect effect = last == null ? null : last.effect();
    if (last == null
        || effect == null
        || last.lastAt().isBefore(facts.now().minus(Duration.ofDays(DAYS)))) {
      return;
    }
    boolean pixels = effect.unit() == Effect.Unit.PIXELS;
    boolean set = pixels ? rule.minimumPixels() > 0 : minimum.of(effect.latent()) > 0;
    if (set) {
      add(
          "minimum",
          "changes were below the minimum of rule %s and opened no incident, the last at %s: %s"
              .formatted(rule.id(), time(last.lastAt()), effect.sentence()),
          pixels
              ? "residua source set %s --minimum-pixels 0".formatted(rule.id())
              : setMinimum(rule, minimum.without(effect.latent())));
    }
  }

  private static String setMinimum(SourceRule rule, MinimumEffect minimum) {
    return minimum.byLatent().isEmpty()
        ? "residua source set %s --unset minimumEffect".formatted(rule.id())
        : "residua source set %s --minimum-effect %s"
            .formatted(rule.id(), word(minimum.toString()));
  }

  private void alarmed() {
    for (Incident open : facts.incidents()) {
      if (open.open() && Duration.between(open.openedAt(), facts.now()).compareTo(LONG) > 0) {
        add(
            "open",
            "an incident is open since %s, and further alarms of %s join it: %s"
                .formatted(time(open.openedAt()), subject(open), open.summary().headline()),
            "residua resolve --incident %s --reason TEXT".formatted(open.id()));
      }
    }
    Instant from = facts.now().minus(Duration.ofDays(DAYS));
    List<Incident> recent =
        facts.incidents().stream()
            .filter(one -> one.openedAt().isAfter(from) && one.mergedInto() == null)
            .toList();
    if (recent.isEmpty() || atLeast(recent.size(), facts.budget()) >= RARE) {
      return;
    }
    Map<String, List<Incident>> bySubject = new LinkedHashMap<>();
    recent.forEach(
        one -> bySubject.computeIfAbsent(subject(one), name -> new ArrayList<>()).add(one));
    Map.Entry<String, List<Incident>> most =
        bySubject.entrySet().stream()
            .max(Comparator.comparingInt(entry -> entry.getValue().size()))
            .orElseThrow();
    String sentence =
        "%d incidents opened within %d days, and the budget allows %s per week: %d of them about %s"
            .formatted(
                recent.size(), DAYS, number(facts.budget()), most.getValue().size(), most.getKey());
    if (facts.proposals().isEmpty()) {
      add(
          "often",
          sentence + "; with a verdict on each the service proposes changes that spare false ones",
          "residua feedback --incident %s --verdict false --reason TEXT"
              .formatted(most.getValue().get(0).id()));
    } else {
      Proposal first = facts.proposals().get(0);
      add(
          "often",
          "%s; %s".formatted(sentence, first.sentence()),
          "residua proposals backtest %s".formatted(word(first.id())),
          "residua proposals apply %s --reason TEXT".formatted(word(first.id())));
    }
  }

  private void nothing() {
    add(
        "quiet",
        "it is watched, and nothing keeps incidents from opening"
            + (Double.isNaN(facts.driftShare())
                ? ""
                : ": its drift statistic is at %.0f %% of the threshold"
                    .formatted(100 * facts.driftShare()))
            + facts.incidents().stream()
                .filter(Incident::open)
                .map(one -> "; open now: " + one.summary().headline())
                .collect(Collectors.joining()));
  }

  /** Chance of at least this number of events of a Poisson distribution. */
  static double atLeast(int count, double mean) {
    double term = Math.exp(-mean);
    double fewer = 0;
    for (int k = 0; k < count; k++) {
      fewer += term;
      term *= mean / (k + 1);
    }
    return Math.max(0, 1 - fewer);
  }

  private String pattern() {
    return word(Proposal.SPECIAL.matcher(facts.source()).replaceAll("\\\\$0"));
  }

  /** A name as one word of a shell. */
  private static String word(String name) {
    return name.matches("[\\w./:@-]+") ? name : "'%s'".formatted(name.replace("'", "'\\''"));
  }

  private static String subject(Incident incident) {
    return incident.subject().name().isEmpty()
        ? incident.subject().kind().name().toLowerCase(Locale.ROOT)
        : incident.subject().spoken();
  }

  private static String spoken(String latent) {
    return latent.replace('_', ' ');
  }

  private static String number(double value) {
    return value == Math.rint(value) ? "%.0f".formatted(value) : "%.2g".formatted(value);
  }

  private static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
