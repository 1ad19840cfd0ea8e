package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.feedback.FeedbackFields;
import dev.residua.feedback.Precision;
import dev.residua.feedback.SubjectPrecision;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code precision}: how many alarms were worth one. */
@Command(
    name = "precision",
    description = {
      "Shows which share of the incidents that were reviewed were true alarms, by scene and subject, with its 95 %% interval.",
      "The interval holds if the reviewed ones are a fair sample of all."
    })
public final class PrecisionCommand extends JsonCommand {
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--weeks",
      paramLabel = "N",
      description = "Weeks that are counted one by one (with --json).")
  int weeks = 12;

  @Override
  public Integer call() {
    atLeast(1, "--weeks", weeks);
    List<SubjectPrecision> rows =
        SubjectPrecision.of(StoredReviews.read(kafka).incidents(), Instant.now(), weeks);
    print(
        Json.map("precision", rows.stream().map(FeedbackFields::of).toList()),
        () -> {
          if (rows.isEmpty()) {
            print("no incident is stored");
            return;
          }
          print(
              "%-16s %-32s %9s %6s %6s  %s",
              "scene", "subject", "incidents", "true", "false", "precision");
          for (SubjectPrecision row : rows) {
            Precision all = row.all();
            print(
                "%-16s %-32s %9d %6d %6d  %s",
                row.scene(),
                row.subject(),
                all.incidents(),
                all.trueAlarms(),
                all.falseAlarms(),
                all.reviewed() == 0
                    ? "not reviewed"
                    : "%.0f %% (%.0f to %.0f %%)"
                        .formatted(100 * all.value(), 100 * all.low(), 100 * all.high()));
          }
        });
    return 0;
  }
}
