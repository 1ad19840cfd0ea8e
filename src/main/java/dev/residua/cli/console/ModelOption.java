package dev.residua.cli.console;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.model.Models;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.FalseAlarmBudget.Period;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorModel;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option for the model that a command uses. */
public final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Model bundle (default: the one that ships with the product).")
  private @Nullable Path model;

  private @Nullable ModelBundle bundle;

  /** The bundle, which is read once. */
  public ModelBundle read() throws BadBundleException {
    ModelBundle known = bundle;
    if (known == null) {
      known = Models.read(Optional.ofNullable(model));
      bundle = known;
    }
    return known;
  }

  /** The model as the monitor uses it, with thresholds for a rate of false alarms. */
  public MonitorModel monitor(double falseAlarmsPerWeek, double framesPerSecond)
      throws BadBundleException {
    return Models.monitor(
        read(),
        AnomalySettings.DEFAULTS,
        new FalseAlarmBudget(falseAlarmsPerWeek, Period.WEEK, framesPerSecond).runLength(),
        IncidentSettings.DEFAULTS);
  }
}
