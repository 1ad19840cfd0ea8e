package dev.residua.cli.ops;

import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ServiceClient;
import dev.residua.cli.console.ServiceClient.Answer;
import dev.residua.cli.console.ServiceOptions;
import dev.residua.dashboard.LiveViews.ReasonView;
import dev.residua.dashboard.LiveViews.ReasonsView;
import dev.residua.model.SafeText;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code why}: why a source is not watched, alarms never, or alarms too often. */
@Command(
    name = "why",
    description = {
      "Says why a source is not watched, alarms never, or alarms too often: the most important reason"
          + " first, each with a command that changes it."
    })
public final class WhyCommand extends JsonCommand {
  @Mixin ServiceOptions service = new ServiceOptions();

  @Parameters(paramLabel = "SOURCE", description = "Whole name of the source.")
  String source;

  @Override
  public Integer call() {
    Answer<ReasonsView> answer =
        service
            .client()
            .get(ServiceClient.path("/api/why", Map.of("source", source)), ReasonsView.class);
    print(answer.json(), () -> show(answer.view().reasons()));
    return 0;
  }

  private void show(List<ReasonView> reasons) {
    for (int i = 0; i < reasons.size(); i++) {
      print("%d. %s", i + 1, SafeText.uncut(reasons.get(i).sentence()));
      reasons.get(i).commands().forEach(command -> print("   %s", SafeText.uncut(command)));
    }
  }
}
