package dev.residua.cli.model;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.ServiceClient;
import dev.residua.cli.console.ServiceClient.Answer;
import dev.residua.cli.console.ServiceOptions;
import dev.residua.dashboard.LiveViews.StoredCommand;
import dev.residua.incident.ControlCommand;
import dev.residua.model.BadBundleException;
import dev.residua.renewal.job.CronSchedule;
import dev.residua.renewal.job.TriggerDryRun;
import dev.residua.renewal.trigger.TriggerSettings;
import dev.residua.renewal.trigger.UniformitySettings;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code retrain}: requests a training, cancels one, or lists the triggers that would have started
 * one.
 */
@Command(
    name = "retrain",
    description = {
      "Requests a training from the training role, on the stream's own frames. The gate decides"
          + " whether the new model becomes active. The result is on residua.control, at"
          + " /api/trainings and, with --wait, here.",
      "--cancel ends a training. --dry-run starts none: it computes from the scores, drifts and"
          + " incidents that Kafka has of a period when the model would have been retrained, and"
          + " why."
    })
public final class RetrainCommand extends JsonCommand {
  private static final Duration DEFAULT_PERIOD = Duration.ofDays(7);

  @Option(
      names = "--dry-run",
      description = "Only list the triggers that would have started a training.")
  boolean dryRun;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Reason; stored with the training.")
  @Nullable String reason;

  @Mixin SceneOption scene = new SceneOption();

  @Mixin AuthorOption author = new AuthorOption();

  @Option(
      names = "--incidents",
      split = ",",
      paramLabel = "ID",
      description =
          "Incidents whose frames show the new normal state, although the active model finds them unusual.")
  List<String> incidents = List.of();

  @Option(names = "--cancel", paramLabel = "ID", description = "Id of a training to end.")
  @Nullable String cancel;

  @Option(names = "--wait", description = "Follow the training until it ends.")
  boolean waits;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "Start of the period, such as 2026-11-25T10:00:00Z (default: a week before its end).")
  @Nullable Instant from;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "End of the period, not included (default: now).")
  @Nullable Instant until;

  @Mixin ModelOption model = new ModelOption();

  @Option(
      names = "--schedule",
      paramLabel = "CRON",
      description = "Five fields in this machine's time zone, such as '0 3 * * 1' (default: none).")
  @Nullable String schedule;

  @Option(
      names = "--lasting-drift",
      paramLabel = "DURATION",
      description = "Time after which a persistent shift of a root becomes the new normal state.")
  Duration lastingDrift = TriggerSettings.DEFAULTS.lastingDrift();

  @Option(
      names = "--cooldown",
      paramLabel = "DURATION",
      description = "Time between the end of a training and the next.")
  Duration cooldown = TriggerSettings.DEFAULTS.cooldown();

  @Option(names = "--evidence", description = "Anytime-valid evidence also starts a training.")
  boolean evidence;

  @Option(
      names = "--calibration-decay",
      description = "A decayed calibration also starts a training.")
  boolean calibrationDecay;

  @Option(
      names = "--budget",
      paramLabel = "N",
      description = "Largest number of trainings per week.")
  int budget = TriggerSettings.DEFAULTS.budget();

  @Option(
      names = "--training-time",
      paramLabel = "DURATION",
      description = "Assumed duration of a training.")
  Duration trainingTime = Duration.ofHours(1);

  @Mixin ServiceOptions service = new ServiceOptions();

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Override
  public Integer call() throws BadBundleException {
    return dryRun ? printTriggers() : order();
  }

  private int order() {
    if (reason == null) {
      throw new CommandFailedException("--reason is missing: it is stored with the training");
    }
    ServiceClient client = service.client();
    TrainingFollower follower = waits ? new TrainingFollower(client) : null;
    Map<String, Object> body = Json.map("by", client.author(author).orElse(null), "reason", reason);
    if (cancel != null) {
      body.put("kind", ControlCommand.Kind.CANCEL_TRAINING.text());
      body.put("training", cancel);
    } else {
      body.put("kind", ControlCommand.Kind.RETRAIN.text());
      body.put("scene", scene.scene);
      body.put("incidents", String.join(",", incidents));
    }
    Answer<StoredCommand> answer = client.send("POST", "/api/control", body, StoredCommand.class);
    if (follower != null) {
      return follower.follow(
          training ->
              cancel == null
                  ? follower.isNew(training) && training.scene().equals(scene.scene)
                  : training.id().equals(cancel),
          out());
    }
    print(
        answer.json(),
        () -> print("requested as %s; a process with the role train runs it", answer.view().id()));
    return 0;
  }

  private int printTriggers() throws BadBundleException {
    Instant end = until == null ? Instant.now() : until;
    TriggerDryRun.Request request =
        new TriggerDryRun.Request(
            settings(),
            from == null ? end.minus(DEFAULT_PERIOD) : from,
            end,
            trainingTime,
            calibrationScores());
    TriggerDryRun.Report report;
    try (ProgressBar bar = new ProgressBar("reading scores")) {
      report =
          TriggerDryRun.run(kafka::consumer, kafka.topics(), request, bar::update, () -> false);
    } catch (KafkaException e) {
      throw kafka.failed("reading " + kafka.topics().scores().name(), e);
    }
    List<TriggerDryRun.Entry> entries = report.entries();
    long trainings = entries.stream().filter(e -> e.suppressed() == null).count();
    print(
        Json.map(
            "from", request.from().toString(),
            "until", request.until().toString(),
            "scores", report.scores(),
            "firstScore", report.firstScore().map(Instant::toString).orElse(null),
            "trainings", trainings,
            "entries", entries.stream().map(RetrainCommand::row).toList()),
        () -> {
          entries.forEach(entry -> print("%s  %s", entry.at(), entry.sentence()));
          print(
              "%d training%s would have started from %s to %s; %,d scores were read%s",
              trainings,
              trainings == 1 ? "" : "s",
              request.from(),
              request.until(),
              report.scores(),
              report.firstScore().map(first -> ", the first of " + first).orElse(""));
        });
    return 0;
  }

  private TriggerSettings settings() {
    return TriggerSettings.DEFAULTS.with(
        c -> {
          c.schedule(schedule == null ? null : CronSchedule.of(schedule, ZoneId.systemDefault()));
          c.lastingDrift(lastingDrift);
          c.evidence(evidence);
          c.uniformity(calibrationDecay ? UniformitySettings.DEFAULTS : null);
          c.cooldown(cooldown);
          c.budget(budget);
        });
  }

  private int calibrationScores() throws BadBundleException {
    double resolution = model.monitor(1, 20).rule().calibration().resolution(AnomalyKind.RESIDUAL);
    return (int) Math.round(1 / resolution) - 1;
  }

  private static Map<String, Object> row(TriggerDryRun.Entry entry) {
    return Json.map(
        "at", entry.at().toString(),
        "kind", entry.trigger().kind(),
        "sources", entry.trigger().sources(),
        "incidents", entry.trigger().incidents(),
        "suppressed", entry.suppressed() == null ? null : entry.suppressed().reason().name(),
        "sentence", entry.sentence());
  }
}
