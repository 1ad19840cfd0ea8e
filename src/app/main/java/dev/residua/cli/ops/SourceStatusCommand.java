package dev.residua.cli.ops;

import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ServiceClient;
import dev.residua.cli.console.ServiceClient.Answer;
import dev.residua.cli.console.ServiceOptions;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.dashboard.LiveViews.ChallengerView;
import dev.residua.dashboard.LiveViews.CommissioningView;
import dev.residua.dashboard.LiveViews.CommissioningsView;
import dev.residua.dashboard.LiveViews.LatentNormalView;
import dev.residua.drift.CalibrationPhase;
import dev.residua.monitor.Sensitivity;
import dev.residua.monitor.Sensitivity.SmallestChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code source status}: which sources learn, are watched or need a review. */
@Command(
    name = "status",
    description = {
      "Shows which sources learn what is normal for them, are watched, or need a review.",
      "Of a source that is named in full it shows what it has learned."
    })
final class SourceStatusCommand extends JsonCommand {
  @Mixin ServiceOptions service = new ServiceOptions();

  @Parameters(
      paramLabel = "PATTERN",
      defaultValue = "*",
      description = "Names of the sources; * matches any characters (default: all).")
  String pattern;

  @Override
  public Integer call() {
    Answer<CommissioningsView> answer =
        service
            .client()
            .get(
                ServiceClient.path("/api/commissioning", Map.of("source", pattern)),
                CommissioningsView.class);
    print(answer.json(), () -> show(answer.view()));
    return 0;
  }

  private void show(CommissioningsView view) {
    List<CommissioningView> sources = view.sources();
    sources.forEach(source -> print("%s", line(source)));
    if (sources.size() == 1 && sources.get(0).source().equals(pattern)) {
      detail(sources.get(0));
    }
    print("%s", summary(sources));
    view.common()
        .forEach(
            sentence ->
                print(
                    "%s; recalibrate the model on their frames, or accept them together with source arm",
                    sentence));
  }

  private static String line(CommissioningView source) {
    String detail =
        switch (source.phase()) {
          case LEARNING -> "%2.0f %%".formatted(100 * source.progress());
          case ARMED, NEEDS_REVIEW -> "revision %d".formatted(source.revision());
          case MODEL -> "";
        };
    List<String> notes = new ArrayList<>(source.reasons());
    if (!source.proposals().isEmpty()) {
      notes.add(
          RecalibrationProposal.note(
              source.proposals().stream()
                  .map(one -> RecalibrationProposal.subject(one.context(), one.latent()))
                  .toList()));
    }
    if (source.challenger() != null) {
      notes.add(challenger(source.challenger()));
    }
    return "%-24s %-12s %-12s %s"
        .formatted(source.source(), word(source.phase()), detail, String.join("; ", notes))
        .stripTrailing();
  }

  private static String challenger(ChallengerView challenger) {
    return "in shadow under %s: %s%s"
        .formatted(
            challenger.modelId(),
            challenger.phase() == CalibrationPhase.LEARNING
                ? "%.0f %%".formatted(100 * challenger.progress())
                : word(challenger.phase()),
            challenger.phase() == CalibrationPhase.NEEDS_REVIEW
                ? " (%s)".formatted(String.join(", ", challenger.reasons()))
                : "");
  }

  private static String word(CalibrationPhase phase) {
    return phase.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void detail(CommissioningView source) {
    print(
        "model %s, since frame %d (%s)",
        source.modelId(), source.sequence(), Instant.ofEpochMilli(source.at()));
    source.proposals().forEach(proposal -> print("%s", proposal.text()));
    if (!source.proposals().isEmpty()) {
      print("%s", RecalibrationProposal.ADVICE);
      print("  residua source learn --sources %s --reason TEXT", source.source());
    }
    if (source.effectiveSamples() == null) {
      return;
    }
    print(
        "learned from %d frames, %.0f effective samples%s",
        source.frames(),
        source.effectiveSamples(),
        source.provisional() ? ", less than a day" : "");
    print("%-20s %8s %8s %8s %8s", "latent", "level", "spread", "lag one", "slope");
    for (LatentNormalView latent : source.latents()) {
      print(
          "%-20s %+8.2f %8.2f %8.2f %8.2f",
          latent.latent(), latent.level(), latent.spread(), latent.lagOne(), latent.slope());
    }
    print("level and spread of the residuals in standard deviations of the model");
    if (source.latents().stream().anyMatch(latent -> !latent.smallest().isEmpty())) {
      smallest(source.latents());
    }
  }

  private void smallest(List<LatentNormalView> latents) {
    print("smallest lasting change that is found, on average");
    print("%-20s %24s %24s %24s", "latent", "within a minute", "within an hour", "within a day");
    for (LatentNormalView latent : latents) {
      Map<Integer, String> texts =
          latent.smallest().stream()
              .collect(Collectors.toMap(SmallestChange::withinSeconds, SmallestChange::text));
      List<String> cells =
          Sensitivity.TIMES.stream().map(time -> texts.getOrDefault(time, "-")).toList();
      print("%-20s %24s %24s %24s", latent.latent(), cells.get(0), cells.get(1), cells.get(2));
    }
  }

  private static String summary(List<CommissioningView> sources) {
    List<String> parts = new ArrayList<>();
    for (CalibrationPhase phase : CalibrationPhase.values()) {
      long count = sources.stream().filter(source -> source.phase() == phase).count();
      if (count > 0) {
        parts.add("%d %s".formatted(count, word(phase)));
      }
    }
    return parts.isEmpty()
        ? "no source has a calibration of its own, or begins to learn one"
        : String.join(", ", parts);
  }
}
