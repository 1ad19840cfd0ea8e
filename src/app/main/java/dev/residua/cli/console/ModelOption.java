package dev.residua.cli.console;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.model.BundleStores;
import dev.residua.app.model.Models;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.FalseAlarmBudget.Period;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.monitor.MonitorModel;
import dev.residua.runtime.BundleOpener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option for the model that a command uses. */
public final class ModelOption {
  /** Value of the option that stands for the model of the demo. */
  static final String DEMO = "demo";

  @Option(
      names = "--model",
      paramLabel = "FILE|ID|demo",
      description =
          "Model: a bundle, the id of one in the registry, or demo for the one of the demo (default: the"
              + " active model of the scene if the command reads from Kafka, else demo).")
  private @Nullable String model;

  private @Nullable ModelBundle bundle;

  /** The bundle of a command that reads files only, which is read once. */
  public ModelBundle read() throws BadBundleException {
    ModelBundle known = bundle;
    if (known == null) {
      known =
          model == null || model.equals(DEMO)
              ? Models.read(Optional.empty())
              : ModelBundle.read(Path.of(model));
      bundle = known;
    }
    return known;
  }

  /**
   * The bundle of a command that reads from Kafka, which is read once.
   *
   * @param scene whose active model is used if the option is not given
   */
  public ModelBundle read(KafkaOptions kafka, Supplier<String> scene) throws BadBundleException {
    if (bundle == null) {
      bundle = find(model, kafka, scene);
    }
    return read();
  }

  /**
   * The bundle of a file, of the demo, with an id in the registry, or in use.
   *
   * @param wanted null for the active model of a scene
   * @throws CommandFailedException if the registry cannot be read, or the scene has no model
   */
  public static ModelBundle find(
      @Nullable String wanted, KafkaOptions kafka, Supplier<String> scene)
      throws BadBundleException {
    if (DEMO.equals(wanted)) {
      return Models.read(Optional.empty());
    }
    if (wanted != null && isFile(wanted)) {
      return ModelBundle.read(Path.of(wanted)); // its message names a file that is missing
    }
    try (BundleStores stores = kafka.bundleStores()) {
      return kafka.withRegistry(
          stores,
          registry ->
              registry.bundle(wanted == null ? active(registry.registry(), scene.get()) : wanted));
    }
  }

  private static String active(ModelRegistry models, String scene) {
    return models.active().stream()
        .filter(activation -> activation.scene().equals(scene))
        .map(Activation::modelId)
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailedException(
                    "no model is active in scene '%s'; give one with --model FILE, or demo for that of the demo"
                        .formatted(scene)));
  }

  private static boolean isFile(String wanted) {
    return wanted.endsWith(".residua") || wanted.contains("/") || Files.exists(Path.of(wanted));
  }

  /** The model as the monitor uses it, with thresholds for a rate of false alarms. */
  public MonitorModel monitor(double falseAlarmsPerWeek, double framesPerSecond)
      throws BadBundleException {
    return BundleOpener.monitor(
        read(),
        AnomalySettings.DEFAULTS,
        new FalseAlarmBudget(falseAlarmsPerWeek, Period.WEEK, framesPerSecond).runLength(),
        IncidentSettings.DEFAULTS);
  }
}
