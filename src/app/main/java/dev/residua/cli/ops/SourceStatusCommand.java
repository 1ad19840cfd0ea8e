package dev.residua.cli.ops;

import dev.residua.app.kafka.SourceCalibrations;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.CommonShift;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.NonUniformity;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.CalibrationPhase;
import dev.residua.source.SourceGlob;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Parameters(
      paramLabel = "PATTERN",
      defaultValue = "*",
      description = "Names of the sources; * matches any characters (default: all).")
  String pattern;

  @Override
  public Integer call() throws IOException {
    SourceGlob glob = new SourceGlob(pattern);
    List<CommissioningReport> reports =
        SourceCalibrations.read(kafka.clients(), kafka.topics().calibrations()).values().stream()
            .filter(report -> glob.matches(report.source()))
            .toList();
    List<CommonShift> common = CommonShift.of(reports);
    print(
        Json.map(
            "sources",
            reports.stream().map(SourceStatusCommand::json).toList(),
            "common",
            common.stream().map(CommonShift::sentence).toList()),
        () -> {
          for (CommissioningReport report : reports) {
            print("%s", line(report));
          }
          if (reports.size() == 1 && reports.get(0).source().equals(pattern)) {
            detail(reports.get(0));
          }
          print("%s", summary(reports));
          common.forEach(
              one ->
                  print(
                      "%s; recalibrate the model on their frames, or accept them together with source arm",
                      one.sentence()));
        });
    return 0;
  }

  private static String line(CommissioningReport report) {
    CommissioningStatus status = report.status();
    String phase = word(status.phase());
    String what =
        switch (status.phase()) {
          case LEARNING -> "%2.0f %%".formatted(100 * status.progress());
          case ARMED, NEEDS_REVIEW -> "revision %d".formatted(status.revision());
          case MODEL -> "";
        };
    List<String> notes = new ArrayList<>(status.notes());
    if (report.challenger() != null) {
      notes.add(challenger(report.challenger()));
    }
    return "%-24s %-12s %-12s %s"
        .formatted(report.source(), phase, what, String.join("; ", notes))
        .stripTrailing();
  }

  private static String challenger(CommissioningReport.Challenger challenger) {
    CommissioningStatus status = challenger.status();
    return "in shadow under %s: %s%s"
        .formatted(
            challenger.modelId(),
            status.phase() == CalibrationPhase.LEARNING
                ? "%.0f %%".formatted(100 * status.progress())
                : word(status.phase()),
            status.phase() == CalibrationPhase.NEEDS_REVIEW
                ? " (%s)".formatted(String.join(", ", status.reasons()))
                : "");
  }

  private static String word(CalibrationPhase phase) {
    return phase.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void detail(CommissioningReport report) {
    print(
        "model %s, since frame %d (%s)", report.modelId(), report.sequence(), report.capturedAt());
    proposals(report);
    SourceCalibration calibration = report.calibration();
    if (calibration == null) {
      return;
    }
    print(
        "learned from %d frames, %.0f effective samples%s",
        calibration.frames(),
        calibration.effectiveSamples(),
        report.status().provisional() ? ", less than a day" : "");
    print("%-20s %8s %8s %8s %8s", "latent", "level", "spread", "lag one", "slope");
    for (int k = 0; k < calibration.latents().size(); k++) {
      LatentCalibration latent = calibration.latents().get(k);
      print(
          "%-20s %+8.2f %8.2f %8.2f %8.2f",
          report.latents().get(k),
          latent.location(),
          latent.spread(),
          latent.lagOne(),
          latent.slope());
    }
    print("level and spread of the residuals in standard deviations of the model");
  }

  private void proposals(CommissioningReport report) {
    List<RecalibrationProposal> proposals = report.status().proposals();
    proposals.forEach(proposal -> print("%s", proposal.text()));
    if (!proposals.isEmpty()) {
      print("%s", RecalibrationProposal.ADVICE);
      print("  residua source learn --sources %s --reason TEXT", report.source());
    }
  }

  private static String summary(Collection<CommissioningReport> reports) {
    List<String> parts = new ArrayList<>();
    for (CalibrationPhase phase : CalibrationPhase.values()) {
      long count = reports.stream().filter(r -> r.status().phase() == phase).count();
      if (count > 0) {
        parts.add("%d %s".formatted(count, word(phase)));
      }
    }
    return parts.isEmpty()
        ? "no source has a calibration of its own, or begins to learn one"
        : String.join(", ", parts);
  }

  private static Map<String, Object> json(RecalibrationProposal proposal) {
    NonUniformity found = proposal.found();
    return Json.map(
        "context",
        proposal.context(),
        "latent",
        proposal.latent(),
        "direction",
        found.direction().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        "since",
        found.since().toString(),
        "samples",
        found.samples(),
        "smallShare",
        found.smallShare(),
        "meanRank",
        found.meanRank(),
        "distance",
        found.distance(),
        "pValue",
        found.pValue(),
        "text",
        proposal.text(),
        "advice",
        RecalibrationProposal.ADVICE);
  }

  private static Map<String, Object> json(CommissioningReport report) {
    CommissioningStatus status = report.status();
    Map<String, Object> json =
        Json.map(
            "source",
            report.source(),
            "model",
            report.modelId(),
            "phase",
            word(status.phase()),
            "revision",
            status.revision(),
            "progress",
            status.progress(),
            "provisional",
            status.provisional(),
            "reasons",
            status.reasons(),
            "proposals",
            status.proposals().stream().map(SourceStatusCommand::json).toList(),
            "sequence",
            report.sequence());
    CommissioningReport.Challenger challenger = report.challenger();
    if (challenger != null) {
      json.put(
          "challenger",
          Json.map(
              "model",
              challenger.modelId(),
              "phase",
              word(challenger.status().phase()),
              "progress",
              challenger.status().progress(),
              "reasons",
              challenger.status().reasons()));
    }
    SourceCalibration calibration = report.calibration();
    if (calibration != null) {
      List<Map<String, Object>> latents = new ArrayList<>();
      for (int k = 0; k < calibration.latents().size(); k++) {
        LatentCalibration latent = calibration.latents().get(k);
        latents.add(
            Json.map(
                "latent",
                report.latents().get(k),
                "level",
                latent.location(),
                "spread",
                latent.spread(),
                "lagOne",
                latent.lagOne(),
                "slope",
                latent.slope(),
                "effectiveSamples",
                latent.effectiveSamples()));
      }
      json.put("frames", calibration.frames());
      json.put("latents", latents);
    }
    return json;
  }
}
