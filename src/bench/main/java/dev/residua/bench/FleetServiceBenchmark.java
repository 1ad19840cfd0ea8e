package dev.residua.bench;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.StartFailedException;
import dev.residua.bench.FleetCameras.View;
import dev.residua.drift.CalibrationPhase;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.Subject;
import dev.residua.model.ModelBundle;
import dev.residua.registry.ModelAdmin;
import dev.residua.source.SourceRule;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * Runs the whole product for a fleet: every camera of many scenes is commissioned, one scene moves
 * for good, so that its model is retrained, passes the gate, is activated, and is rolled back;
 * mechanisms of some cameras break; and the dashboard is open all the time. All roles run in one
 * process, the broker and a training in their own.
 */
public final class FleetServiceBenchmark implements AutoCloseable {
  /** Frames for which a mechanism is broken, and after which a new model is rolled back. */
  private static final int FAULT_FRAMES = 240;

  /**
   * Frames of a camera after which a shift counts as lasting. Frames that a camera learned from are
   * not trained on, so fewer would not be enough for a training.
   */
  private static final int LASTING_FRAMES = 480;

  private static final int MAX_FAULTS = 10;
  private static final int SHOWN = 20;
  private static final Duration RETENTION = Duration.ofMinutes(12);
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String ROLES = "score,monitor,shadow,train,alert,dashboard";
  private static final String MOVING = FleetModels.scene(0);
  private static final Subject BROKEN = Subject.latent("shadow_length", false);

  /** A training that is short enough for the load; none of it is a recommendation. */
  private static final List<String> OPTIONS =
      List.of(
          "-Xmx1536m",
          "-Dresidua.training.window=PT10M",
          "-Dresidua.training.frames=1000",
          "-Dresidua.training.calibration-frames=900",
          "-Dresidua.training.held-out-frames=500",
          "-Dresidua.training.steps=150",
          "-Dresidua.training.drift-simulation=300",
          "-Dresidua.training.memory=1g");

  private final Path folder;
  private final Settings settings;
  private final BrokerProcess broker;
  private final KafkaClients clients;
  private final String prefix;
  private final Topics topics;
  private final Admin admin;
  private final SoakTopics topicSettings;
  private final String[] sources;
  private final Map<String, Double> moments = new LinkedHashMap<>();
  private final List<Sample> samples = new ArrayList<>();
  private final Set<Integer> broken = new LinkedHashSet<>();
  private long start;
  private double brokenAt = Double.NaN;
  private boolean mended;

  /**
   * Size of the fleet.
   *
   * @param sources cameras, at least 1
   * @param scenes at least 1; cameras are in them in turn
   * @param models that the scenes share, at least 1
   * @param framesPerSecond of each camera, above 0
   * @param duration of the load, at least one minute
   * @param interval between two samples, at least one second
   * @param partitions of each topic, at least 1
   */
  public record Settings(
      int sources,
      int scenes,
      int models,
      double framesPerSecond,
      Duration duration,
      Duration interval,
      int partitions) {
    public Settings {
      if (!(framesPerSecond > 0 && Double.isFinite(framesPerSecond))) {
        throw new IllegalArgumentException(
            "the rate must be above 0 frames per second but was " + framesPerSecond);
      }
    }
  }

  /**
   * One sample.
   *
   * @param seconds since the first frame
   * @param lags of the results since the sample before
   * @param sources by their calibration
   * @param incidents opened so far
   * @param cores processor time of the service over the interval, in cores
   * @param residentMiB resident memory of the service
   * @param training phase of the latest training of the scene that moves, in lower case
   */
  public record Sample(
      double seconds,
      FleetResults.Lags lags,
      Map<CalibrationPhase, Integer> sources,
      int incidents,
      double cores,
      double residentMiB,
      String training) {}

  /**
   * The measured figures.
   *
   * @param seconds length of the load
   * @param frames frames sent
   * @param missing frames without a score, and without a drift score, added up
   * @param doubled scores and drift scores that came again or out of order
   * @param deadLetters records that were refused
   * @param lags of all results after the first interval
   * @param moments time of each event, in seconds since the first frame
   * @param training the last word on the training
   * @param falseIncidents incidents of cameras whose scene is normal
   * @param whileLearning incidents, other than of the sensor, while a source learned
   * @param broken cameras whose mechanism broke
   * @param found of them, those with an incident from then on
   * @param named of them, those of the right mechanism
   * @param dashboard measurements of a visitor of the dashboard
   * @param errors lines of the service's log with the level ERROR
   */
  public record Result(
      double seconds,
      long frames,
      long missing,
      long doubled,
      long deadLetters,
      FleetResults.Lags lags,
      Map<String, Double> moments,
      String training,
      List<String> falseIncidents,
      List<String> whileLearning,
      int broken,
      long found,
      long named,
      DashboardVisitor.Seen dashboard,
      List<String> errors,
      List<Sample> samples) {}

  /**
   * Starts the broker and creates the topics.
   *
   * @param folder empty folder for all data
   */
  public FleetServiceBenchmark(Path folder, Settings settings)
      throws StartFailedException, IOException {
    this.folder = folder;
    this.settings = settings;
    this.sources = new String[settings.sources()];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = prefixOf(i % settings.scenes()) + "cam" + i / settings.scenes();
    }
    this.broker =
        BrokerProcess.start(
            Files.createDirectories(folder.resolve("broker")), List.of(), SoakTopics.BROKER);
    this.clients = KafkaClients.of(broker.bootstrapServers());
    this.prefix = "fleet.";
    this.topics = new Topics(prefix);
    try (TopicAdmin creation = new TopicAdmin(clients)) {
      creation.create(topics, settings.partitions(), Optional.empty());
    }
    this.admin = Admin.create(clients.admin());
    this.topicSettings = new SoakTopics(admin, prefix, true, RETENTION);
  }

  /** Start of the names of a scene's cameras. */
  private static String prefixOf(int scene) {
    return FleetModels.scene(scene) + "/";
  }

  /**
   * Runs it.
   *
   * @param line receives one line per sample
   */
  public Result run(ModelBundle model, Consumer<String> line)
      throws StartFailedException, IOException, InterruptedException, ExecutionException {
    try (ModelAdmin models = ModelAdmin.of(clients.registry(prefix), topics)) {
      publish(models, model);
      topicSettings.shorten(topics.frames().name()); // or no source may be forgotten so early
      FleetResults results = new FleetResults();
      try (ServiceProcess service = serve();
          FleetCameras cameras =
              new FleetCameras(
                  clients.frameProducer(),
                  topics,
                  model.manifest().image(),
                  sources,
                  settings.framesPerSecond())) {
        service.awaitReady();
        topicSettings.apply();
        try (ResultCounter counts = new ResultCounter(clients, topics, results);
            DashboardVisitor visitor =
                new DashboardVisitor(
                    service, List.of("/", "/api/status", "/api/sources", "/api/models"))) {
          start = System.nanoTime();
          cameras.start();
          load(service, cameras, results, models, line);
          double seconds = seconds();
          cameras.stop();
          Map<String, Long> sent = cameras.sent();
          long frames = sent.values().stream().mapToLong(n -> n).sum();
          for (long end = System.nanoTime() + LIMIT.toNanos();
              System.nanoTime() < end && counts.missing(sent) > 0; ) {
            Thread.sleep(100);
          }
          return new Result(
              seconds,
              frames,
              counts.missing(sent),
              counts.doubled(),
              counts.deadLetters(),
              results.lagsInAll(),
              moments,
              results.training(MOVING).map(FleetServiceBenchmark::state).orElse("none"),
              shown(results, this::isFalse),
              shown(results, FleetServiceBenchmark::isWhileLearning),
              broken.size(),
              found(results, incident -> true),
              found(results, incident -> incident.subject().equals(BROKEN)),
              visitor.seen(),
              service.logged("ERROR"),
              samples);
        }
      }
    }
  }

  private void publish(ModelAdmin models, ModelBundle model) throws IOException {
    models.begin(model, null, FleetModels.author());
    FleetModels.publish(models, model, settings.scenes(), settings.models());
    List<SourceRule> rules = new ArrayList<>();
    for (int i = 0; i < settings.scenes(); i++) {
      String scene = FleetModels.scene(i);
      rules.add(SourceRule.of(scene, prefixOf(i) + "*").withScene(scene).withBy("bench"));
    }
    SourceRulesWriter.of(clients, topics, prefix).change(present -> rules);
  }

  private ServiceProcess serve() throws StartFailedException {
    List<String> options = new ArrayList<>(OPTIONS);
    options.addAll(SoakBenchmark.JVM);
    options.addAll(
        List.of(
            "-Dresidua.topic-prefix=" + prefix,
            "-Dresidua.kafka.partitions=" + settings.partitions(),
            "-Dresidua.sources.forget-after=" + RETENTION,
            "-Dresidua.training.lasting-drift="
                + Duration.ofSeconds((long) (LASTING_FRAMES / settings.framesPerSecond()))));
    return ServiceProcess.start(folder, options, clients.bootstrapServers(), ROLES, "a");
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Keeps the load up and triggers the events that are due. */
  private void load(
      ServiceProcess service,
      FleetCameras cameras,
      FleetResults results,
      ModelAdmin models,
      Consumer<String> line)
      throws StartFailedException, IOException, InterruptedException, ExecutionException {
    Duration used = service.processorTime();
    double sampledAt = 0;
    while (seconds() < settings.duration().toSeconds()) {
      Thread.sleep(500);
      if (!service.isAlive()) {
        throw new StartFailedException(
            "the service's process ended; errors in its log: " + service.logged("ERROR"));
      }
      cameras.check();
      moveWhenArmed(cameras, results);
      rollBackWhenPromoted(results, models);
      breakWhenAllAreArmed(cameras, results);
      if (seconds() >= sampledAt + settings.interval().toSeconds()) {
        topicSettings.apply(); // topics that Kafka Streams has created meanwhile
        Duration now = service.processorTime();
        double cores = (now.toMillis() - used.toMillis()) / 1e3 / (seconds() - sampledAt);
        used = now;
        sampledAt = seconds();
        Sample sample =
            new Sample(
                Math.round(sampledAt),
                results.takeLags(),
                results.phases(),
                results.opened().size(),
                Math.round(100 * cores) / 100.0,
                ProcessFigures.residentBytes(service.pid()) >> 20,
                results.training(MOVING).map(FleetServiceBenchmark::state).orElse("none"));
        samples.add(sample);
        line.accept(line(sample));
      }
    }
  }

  private String line(Sample sample) {
    return "fleet %3.0f %%, %.0f s: p99 to score %.0f ms, to evaluation %.0f ms, armed %d of %d, incidents %d, service %.2f cores and %.0f MiB, training %s"
        .formatted(
            100 * sample.seconds() / settings.duration().toSeconds(),
            sample.seconds(),
            sample.lags().scored().p99Millis(),
            sample.lags().evaluated().p99Millis(),
            sample.sources().getOrDefault(CalibrationPhase.ARMED, 0),
            sources.length,
            sample.incidents(),
            sample.cores(),
            sample.residentMiB(),
            sample.training());
  }

  private static String phase(Training training) {
    return training.phase().name().toLowerCase(Locale.ROOT);
  }

  private static String state(Training training) {
    return "%s: %s".formatted(phase(training), training.order().reason());
  }

  private List<String> ofMovingScene() {
    return Stream.of(sources).filter(source -> source.startsWith(prefixOf(0))).toList();
  }

  private void moveWhenArmed(FleetCameras cameras, FleetResults results) {
    if (!moments.containsKey("one scene moves") && results.armed(ofMovingScene())) {
      moments.put("one scene moves", seconds());
      for (int i = 0; i < sources.length; i += settings.scenes()) {
        cameras.show(i, View.MOVED_LIGHT);
      }
    }
  }

  private void rollBackWhenPromoted(FleetResults results, ModelAdmin models) throws IOException {
    Optional<Training> training = results.training(MOVING);
    training.ifPresent(
        t ->
            moments.putIfAbsent(
                "training " + t.phase().name().toLowerCase(Locale.ROOT), seconds()));
    Double promoted = moments.get("training promoted");
    if (promoted != null
        && !moments.containsKey("rolled back")
        && seconds() > promoted + FAULT_FRAMES / settings.framesPerSecond()) {
      models.rollback(MOVING, null, FleetModels.author());
      moments.put("rolled back", seconds());
    }
  }

  private void breakWhenAllAreArmed(FleetCameras cameras, FleetResults results) {
    if (!moments.containsKey("all are armed")) {
      if (results.armed(List.of(sources))) {
        moments.put("all are armed", seconds());
      }
      return;
    }
    double armed = moments.getOrDefault("all are armed", Double.NaN);
    double frames = FAULT_FRAMES / settings.framesPerSecond();
    if (broken.isEmpty() && seconds() > armed + frames) {
      brokenAt = seconds();
      moments.put("mechanisms break", brokenAt);
      for (int i = 1; i < Math.min(settings.scenes(), MAX_FAULTS + 1); i++) {
        broken.add(i);
        cameras.show(i, View.BROKEN_SHADOW);
      }
    } else if (!mended && seconds() > brokenAt + frames) {
      mended = true;
      moments.put("mechanisms are mended", seconds());
      broken.forEach(camera -> cameras.show(camera, View.USUAL));
    }
  }

  /** Returns true if nothing is wrong with the camera of an incident. */
  private boolean isFalse(FleetResults.Opened incident) {
    return !ofMovingScene().contains(incident.source())
        && broken.stream().noneMatch(camera -> sources[camera].equals(incident.source()));
  }

  private static boolean isWhileLearning(FleetResults.Opened incident) {
    return incident.phase() == CalibrationPhase.LEARNING
        && incident.subject().kind() != Subject.Kind.SENSOR;
  }

  private static List<String> shown(
      FleetResults results, Predicate<FleetResults.Opened> incidents) {
    return results.opened().stream()
        .filter(incidents)
        .limit(SHOWN)
        .map(FleetResults.Opened::toString)
        .toList();
  }

  private long found(FleetResults results, Predicate<FleetResults.Opened> such) {
    List<String> found =
        results.opened().stream().filter(such).map(FleetResults.Opened::source).toList();
    return broken.stream().filter(camera -> found.contains(sources[camera])).count();
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(10));
    broker.close();
  }
}
