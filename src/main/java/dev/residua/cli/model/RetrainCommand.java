package dev.residua.cli.model;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.model.Models;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ProgressBar;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.FalseAlarmBudget.Period;
import dev.residua.incident.ControlRequest;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.monitor.MonitorModel;
import dev.residua.renewal.job.CronSchedule;
import dev.residua.renewal.job.TriggerDryRun;
import dev.residua.renewal.trigger.TriggerSettings;
import dev.residua.renewal.trigger.UniformitySettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code retrain}: requests a training, cancels one, or lists what would have led to one. */
@Command(
    name = "retrain",
    description = {
      "Asks the training role to train a model now from the stream's own frames. The gate decides"
          + " whether it is used; what becomes of it is on residua.control, at /api/trainings, and"
          + " with --wait here.",
      "With --cancel ends a training. With --dry-run: computes from the stored scores, drifts and incidents of a period when the model would have been retrained, and why; does nothing."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class RetrainCommand implements Callable<Integer> {
  private static final Duration DEFAULT_PERIOD = Duration.ofDays(7);

  @Option(names = "--dry-run", description = "Only list what would have led to a training.")
  boolean dryRun;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the training.")
  @Nullable String reason;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      defaultValue = "${sys:user.name}",
      description = "Who asks.")
  String by;

  @Option(
      names = "--incidents",
      split = ",",
      paramLabel = "ID",
      description = "Incidents whose frames are the new normal, though they are unusual now.")
  List<String> incidents = List.of();

  @Option(names = "--cancel", paramLabel = "ID", description = "End this training.")
  @Nullable String cancel;

  @Option(names = "--wait", description = "Follow it until it ends.")
  boolean waits;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "First moment, such as 2026-11-25T10:00:00Z (default: a week before the last).")
  @Nullable Instant from;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "Moment after the last (default: now).")
  @Nullable Instant until;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "Model bundle that made the scores (default: the one that ships with the product).")
  @Nullable Path model;

  @Option(
      names = "--schedule",
      paramLabel = "CRON",
      description = "Five fields in this machine's time zone, such as '0 3 * * 1' (default: none).")
  @Nullable String schedule;

  @Option(
      names = "--lasting-drift",
      paramLabel = "DURATION",
      description = "How long a root stays moved before that is the new normal.")
  Duration lastingDrift = TriggerSettings.DEFAULTS.lastingDrift();

  @Option(
      names = "--cooldown",
      paramLabel = "DURATION",
      description = "Time between the end of a training and the next.")
  Duration cooldown = TriggerSettings.DEFAULTS.cooldown();

  @Option(names = "--evidence", description = "Anytime-valid evidence counts.")
  boolean evidence;

  @Option(names = "--calibration-decay", description = "A calibration that decayed counts.")
  boolean calibrationDecay;

  @Option(names = "--budget", paramLabel = "N", description = "Most trainings in a week.")
  int budget = TriggerSettings.DEFAULTS.budget();

  @Option(
      names = "--training-time",
      paramLabel = "DURATION",
      description = "How long a training is taken to last.")
  Duration trainingTime = Duration.ofHours(1);

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws StartFailedException {
    return dryRun ? printTriggers() : order();
  }

  private int order() throws StartFailedException {
    String given = reason;
    if (given == null) {
      throw new CommandFailedException("--reason is missing: it is kept with the training");
    }
    Map<String, String> fields = new LinkedHashMap<>(Map.of("by", by, "reason", given));
    ControlRequest.Kind kind = ControlRequest.Kind.RETRAIN;
    if (cancel != null) {
      kind = ControlRequest.Kind.CANCEL_TRAINING;
      fields.put("training", cancel);
    } else if (!incidents.isEmpty()) {
      fields.put("incidents", String.join(",", incidents));
    }
    String id = UUID.randomUUID().toString();
    Instant now = Instant.now();
    PrintWriter out = spec.commandLine().getOut();
    try (ControlWriter writer = new ControlWriter(kafka.clients(), kafka.topics().control());
        TrainingFollower follower = waits ? new TrainingFollower(kafka) : null) {
      writer.write(id, new ControlRequest(kind, fields, "--"::concat).command(id, now));
      if (follower != null) {
        return follower.follow(cancel, "%s asked for it: %s".formatted(by, given), now, out);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    } catch (KafkaException e) {
      throw kafka.failed("following " + kafka.topics().control().name(), e);
    }
    out.printf("asked for as %s; a process with the role train does it%n", id);
    return 0;
  }

  private int printTriggers() {
    try (ProgressBar bar = new ProgressBar("reading scores")) {
      Instant end = until == null ? Instant.now() : until;
      TriggerDryRun.Request request =
          new TriggerDryRun.Request(
              settings(),
              from == null ? end.minus(DEFAULT_PERIOD) : from,
              end,
              trainingTime,
              calibrationScores());
      TriggerDryRun.Report report =
          TriggerDryRun.run(
              () ->
                  kafka
                      .clients()
                      .follower(new ByteArrayDeserializer(), new ByteArrayDeserializer()),
              kafka.topics(),
              request,
              bar::update,
              () -> false);
      print(request, report);
      return 0;
    } catch (BadBundleException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    } catch (KafkaException e) {
      throw kafka.failed("reading " + kafka.topics().scores().name(), e);
    }
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
    MonitorModel monitored =
        Models.monitor(
            Models.read(Optional.ofNullable(model)),
            AnomalySettings.DEFAULTS,
            new FalseAlarmBudget(1, Period.WEEK, 20).runLength(),
            IncidentSettings.DEFAULTS);
    double resolution = monitored.rule().calibration().resolution(AnomalyKind.RESIDUAL);
    return (int) Math.round(1 / resolution) - 1;
  }

  private void print(TriggerDryRun.Request request, TriggerDryRun.Report report) {
    PrintWriter out = spec.commandLine().getOut();
    List<TriggerDryRun.Entry> entries = report.entries();
    long trainings = entries.stream().filter(e -> e.suppressed() == null).count();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("from", request.from().toString());
      result.put("until", request.until().toString());
      result.put("scores", report.scores());
      result.put("firstScore", report.firstScore().map(Instant::toString).orElse(null));
      result.put("trainings", trainings);
      result.put("entries", entries.stream().map(RetrainCommand::row).toList());
      out.println(Json.of(result));
      return;
    }
    entries.forEach(entry -> out.printf("%s  %s%n", entry.at(), entry.sentence()));
    out.printf(
        "%d training%s would have begun from %s to %s; %,d scores were looked at%s%n",
        trainings,
        trainings == 1 ? "" : "s",
        request.from(),
        request.until(),
        report.scores(),
        report.firstScore().map(first -> ", the first of " + first).orElse(""));
  }

  private static Map<String, Object> row(TriggerDryRun.Entry entry) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("at", entry.at().toString());
    row.put("kind", entry.trigger().kind());
    row.put("sources", entry.trigger().sources());
    row.put("incidents", entry.trigger().incidents());
    row.put("suppressed", entry.suppressed() == null ? null : entry.suppressed().reason().name());
    row.put("sentence", entry.sentence());
    return row;
  }
}
