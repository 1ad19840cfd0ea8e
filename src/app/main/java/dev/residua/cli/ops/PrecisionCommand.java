package dev.residua.cli.ops;

import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ServiceClient.Answer;
import dev.residua.cli.console.ServiceOptions;
import dev.residua.dashboard.FeedbackViews.FeedbackView;
import dev.residua.dashboard.FeedbackViews.SubjectPrecisionView;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code precision}: how many alarms were worth one. */
@Command(
    name = "precision",
    description = {
      "Shows which share of the incidents that were reviewed were true alarms, by scene and subject, with its 95 %% interval.",
      "The interval is valid if the reviewed ones are a fair sample of all."
    })
public final class PrecisionCommand extends JsonCommand {
  @Mixin ServiceOptions service = new ServiceOptions();

  @Override
  public Integer call() {
    Answer<FeedbackView> answer = service.client().get("/api/feedback", FeedbackView.class);
    print(answer.json(), () -> show(answer.view().precision()));
    return 0;
  }

  private void show(List<SubjectPrecisionView> rows) {
    if (rows.isEmpty()) {
      print("no incident is known");
      return;
    }
    print(
        "%-16s %-32s %9s %6s %6s  %s",
        "scene", "subject", "incidents", "true", "false", "precision");
    for (SubjectPrecisionView row : rows) {
      print(
          "%-16s %-32s %9d %6d %6d  %s",
          row.scene(),
          row.subject(),
          row.incidents(),
          row.trueAlarms(),
          row.falseAlarms(),
          row.precision() == null
              ? "not reviewed"
              : "%.0f %% (%.0f to %.0f %%)"
                  .formatted(100 * row.precision(), 100 * row.low(), 100 * row.high()));
    }
  }
}
