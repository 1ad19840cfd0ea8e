package dev.residua.app.roles;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.config.TrainingConfig;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.KafkaSettings;
import dev.residua.app.metrics.ModelMetrics;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.RoleContext.ActiveModel;
import dev.residua.dl4j.CudaCheck;
import dev.residua.model.ModelBundle;
import dev.residua.renewal.job.CronSchedule;
import dev.residua.renewal.job.RenewalSettings;
import dev.residua.renewal.job.TrainerDependencies;
import dev.residua.renewal.job.TrainerLoop;
import dev.residua.renewal.trigger.TriggerSettings;
import dev.residua.renewal.trigger.UniformitySettings;
import dev.residua.wire.BoundedMap;
import dev.residua.wire.Topics;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** The training role of a process: decides on trainings and starts each in its own process. */
public final class TrainRole implements AutoCloseable {
  private static final List<String> NOT_FOR_TRAINING =
      List.of("residua.alerting.", "residua.http.");
  private static final long STOP_MILLIS = 15_000;
  private static final int POLLED = 1;

  private final TrainerLoop loop;
  private final LoopThread thread;
  private final ControlWriter writer;
  private static final int MODELS = 1_000;

  private final Map<String, Integer> calibrationScores =
      Collections.synchronizedMap(BoundedMap.ofLatest(MODELS));

  /** Starts the role. */
  public static void start(RoleContext context, ActiveModel model) throws StartFailedException {
    TrainRole role = new TrainRole(context, model.bundle());
    context.closing().accept(role);
    model.changes().onChange((scene, next) -> role.model(next));
  }

  private TrainRole(RoleContext context, ModelBundle active) throws StartFailedException {
    ResiduaConfig config = context.config();
    KafkaClients clients = context.clients();
    Topics topics = context.topics();
    ModelMetrics metrics = context.modelMetrics();
    if (config.training().backend() == TrainingConfig.Backend.CUDA) {
      Optional<String> problem = CudaCheck.problem();
      if (problem.isPresent()) {
        throw new StartFailedException("residua.training.backend is cuda, but " + problem.get());
      }
    }
    metrics.trains();
    String by = "trainer " + config.instance();
    this.writer = new ControlWriter(clients, topics.control());
    model(active);
    String group = ConsumerGroups.train(config.topicPrefix());
    try {
      this.loop =
          new TrainerLoop(
              () -> clients.scoringConsumer(group, group + "-" + config.instance(), POLLED),
              new TrainerDependencies(
                  clients::follower,
                  topics,
                  triggers(config.training()),
                  renewal(config),
                  config.training().timeLimit(),
                  source -> context.rule(source).scene(),
                  () -> context.models().registry().scenes(),
                  id -> calibrationScores.getOrDefault(id, calibrationScores(active)),
                  new TrainingProcess(
                      config.dataDir().resolve("trainings-" + config.instance()),
                      config.training().memory(),
                      properties(context.properties(), clients),
                      by),
                  writer::write,
                  metrics::training,
                  by,
                  Clock.systemUTC()),
              context::beat);
    } catch (IllegalArgumentException e) {
      writer.close();
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
    this.thread = new LoopThread("residua-train", loop, loop::stop, STOP_MILLIS);
  }

  private void model(ModelBundle active) {
    calibrationScores.put(active.id(), calibrationScores(active));
  }

  private static int calibrationScores(ModelBundle bundle) {
    return AnomalyCalibration.size(bundle.entry(ModelBundle.ANOMALY_CALIBRATION));
  }

  private static TriggerSettings triggers(TrainingConfig training) {
    return TriggerSettings.DEFAULTS.with(
        c -> {
          c.schedule(
              training
                  .schedule()
                  .filter(text -> !text.isBlank())
                  .map(text -> CronSchedule.of(text, ZoneId.systemDefault()))
                  .orElse(null));
          c.lastingDrift(training.lastingDrift());
          c.evidence(training.evidence());
          c.uniformity(training.calibrationDecay() ? UniformitySettings.DEFAULTS : null);
          c.cooldown(training.cooldown());
          c.budget(training.budget());
          c.budgetPeriod(training.budgetPeriod());
        });
  }

  private static RenewalSettings renewal(ResiduaConfig config) {
    TrainingConfig training = config.training();
    return new RenewalSettings(
        training.window(),
        training.frames(),
        training.calibrationFrames(),
        training.heldOutFrames(),
        training.steps(),
        training.warmStart(),
        training.anchors(),
        training.recalibrate(),
        training.graphMayChange(),
        training.promote(),
        training.shadowFor(),
        training.shadowAtMost(),
        training.shadowRate(),
        config.models().keep(),
        training.threads(),
        training.seed(),
        training.driftSimulation());
  }

  /** The configuration of a training's process, without secrets of other roles. */
  private static Map<String, String> properties(Config all, KafkaClients clients) {
    Map<String, String> properties = KafkaSettings.properties(clients);
    for (String name : all.getPropertyNames()) {
      if (name.startsWith("residua.") && NOT_FOR_TRAINING.stream().noneMatch(name::startsWith)) {
        all.getOptionalValue(name, String.class).ifPresent(value -> properties.put(name, value));
      }
    }
    return properties;
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
    writer.close();
  }
}
