package dev.residua.cli.ops;

import dev.residua.access.AccessTokens;
import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.ReceiverProbe;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.app.config.AlertingSetup;
import dev.residua.app.config.HttpConfig;
import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.config.ServerConfiguration;
import dev.residua.app.config.UnknownSettings;
import dev.residua.app.config.UnknownSettings.Unknown;
import dev.residua.app.kafka.BrokerProbe;
import dev.residua.app.kafka.ClockDifference;
import dev.residua.app.kafka.ClusterState;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.KafkaSettings;
import dev.residua.app.kafka.RecentRecords;
import dev.residua.app.kafka.RequiredAcl;
import dev.residua.app.kafka.SourceRulesTable;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.model.BundleStores;
import dev.residua.app.model.Models;
import dev.residua.app.process.DiskSpace;
import dev.residua.app.process.Heartbeats;
import dev.residua.app.process.Role;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.IngestRole;
import dev.residua.app.roles.MonitorRole;
import dev.residua.app.roles.ScoringSetup;
import dev.residua.app.web.HttpAccess;
import dev.residua.app.web.TokensFile;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.PropertiesFile;
import dev.residua.cli.ops.DoctorReport.Finding;
import dev.residua.cli.ops.DoctorReport.Level;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.FalseAlarmBudget.Period;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.TrustedKeys;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.SourceSettings;
import dev.residua.registry.RegistryFollower;
import dev.residua.registry.TrustedModels;
import dev.residua.runtime.BundleOpener;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import io.smallrye.config.SmallRyeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * The checks of {@code doctor}, one after the other, each for a bounded time. They change nothing:
 * no record is written, no topic created and nobody alerted.
 */
final class DoctorChecks implements AutoCloseable {
  private static final String SETTINGS = "settings";
  private static final String BROKER = "broker";
  private static final String TOPICS = "topics";
  private static final String ACCESS = "access";
  private static final String CLOCK = "clock";
  private static final String MODEL = "model";
  private static final String RECEIVERS = "receivers";
  private static final String DISK = "disk";

  /** Environment variables of the launcher and of the files for Docker Compose. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "RESIDUA_HEAP",
          "RESIDUA_JAVA_OPTIONS",
          "RESIDUA_TOKEN",
          "RESIDUA_URL",
          "RESIDUA_HTTP_HOST",
          "RESIDUA_IMAGE",
          "RESIDUA_KAFKA",
          "RESIDUA_MIN_INSYNC",
          "RESIDUA_PORT",
          "RESIDUA_REPLICATION",
          "RESIDUA_TRAINER_IMAGE");

  /** Clocks that differ by less are not a problem. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

  /** Sources that have sent a frame within this time send now. */
  private static final Duration NOW = Duration.ofMinutes(5);

  private static final int MOST_SCORES = 20_000;
  private static final long FEW_BYTES = 1L << 30;

  private final Path file;
  private final Map<String, String> first;
  private final Duration limit;
  private final Clock clock;
  private final Consumer<Finding> found;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "residua-doctor");
            thread.setDaemon(true);
            return thread;
          });

  private volatile @Nullable ResiduaConfig config;
  private volatile @Nullable TopicAdmin admin;
  private volatile Set<String> existing = Set.of();

  /**
   * @param file of the server's properties
   * @param first properties that take precedence over all others
   * @param limit time for one check
   * @param found receives each finding at once
   */
  DoctorChecks(
      Path file, Map<String, String> first, Duration limit, Clock clock, Consumer<Finding> found) {
    this.file = file;
    this.first = Map.copyOf(first);
    this.limit = limit;
    this.clock = clock;
    this.found = found;
  }

  /** Runs all checks. */
  void run() throws InterruptedException {
    SmallRyeConfig texts;
    try {
      texts = ServerConfiguration.texts(file, first);
    } catch (StartFailedException e) {
      found.accept(Finding.of(Level.ERROR, SETTINGS, String.valueOf(e.getMessage())));
      return;
    }
    check(SETTINGS, this::settings);
    KafkaClients clients = clients(texts);
    Topics topics =
        new Topics(
            texts
                .getOptionalValue("residua.topic-prefix", String.class)
                .orElse(Topics.DEFAULT_PREFIX));
    check(BROKER, () -> broker(clients));
    onBroker(TOPICS, List.of(), (known, cluster) -> topics(known, topics, cluster));
    withSettings(ACCESS, List.of(), DoctorChecks::access);
    tokens(clients, topics);
    withSettings(CLOCK, List.of(), (known, cluster) -> clock(known, cluster.state(), topics));
    withSettings(
        MODEL, List.of(topics.models()), (known, cluster) -> model(known, clients, topics));
    withSettings(
        SceneReview.CHECK,
        List.of(topics.models(), topics.sources()),
        (known, cluster) -> scenes(known, clients, topics));
    withSettings(
        SourcePace.CHECK,
        List.of(topics.drift(), topics.sources(), topics.frames()),
        (known, cluster) -> pace(known, clients, cluster.state(), ScoringSetup.topics(known)));
    ResiduaConfig known = config;
    if (known == null) {
      Stream.of(RECEIVERS, DISK).forEach(check -> found.accept(withoutSettings(check)));
    } else {
      receivers(known);
      check(DISK, () -> disk(known));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    TopicAdmin cluster = admin;
    if (cluster != null) {
      cluster.close();
    }
  }

  /** One check. */
  private void check(String name, Callable<List<Finding>> check) throws InterruptedException {
    Future<List<Finding>> answer = threads.submit(check);
    try {
      answer.get(limit.toMillis(), TimeUnit.MILLISECONDS).forEach(found);
    } catch (TimeoutException e) {
      answer.cancel(true);
      found.accept(
          Finding.notChecked(
              name,
              "no answer within %d s; try again with a longer --timeout"
                  .formatted(limit.toSeconds())));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      found.accept(
          cause instanceof StartFailedException
              ? Finding.of(Level.ERROR, name, Failures.reason(cause))
              : Finding.notChecked(name, Failures.reason(cause)));
    }
  }

  /** A check of a cluster that answers. */
  private interface ClusterCheck {
    List<Finding> run(@Nullable ResiduaConfig config, TopicAdmin cluster) throws Exception;
  }

  /** A check that needs usable settings, too. */
  private interface ConfiguredCheck {
    List<Finding> run(ResiduaConfig config, TopicAdmin cluster) throws Exception;
  }

  private void onBroker(String name, List<Topic<?, ?>> needed, ClusterCheck check)
      throws InterruptedException {
    TopicAdmin cluster = admin;
    List<String> missing =
        needed.stream().map(Topic::name).filter(topic -> !existing.contains(topic)).toList();
    if (cluster == null) {
      found.accept(Finding.notChecked(name, "no Kafka broker can be used"));
    } else if (!missing.isEmpty()) { // a consumer might create it
      found.accept(
          Finding.notChecked(
              name, "it needs the topics that are missing: " + String.join(", ", missing)));
    } else {
      check(name, () -> check.run(config, cluster));
    }
  }

  private void withSettings(String name, List<Topic<?, ?>> needed, ConfiguredCheck check)
      throws InterruptedException {
    ResiduaConfig known = config;
    if (known == null) {
      found.accept(withoutSettings(name));
    } else {
      onBroker(name, needed, (same, cluster) -> check.run(known, cluster));
    }
  }

  private static Finding withoutSettings(String check) {
    return Finding.notChecked(check, "the settings cannot be used");
  }

  private List<Finding> settings() {
    UnknownSettings names =
        new UnknownSettings(ServerConfiguration.names(), OTHER_VARIABLES, KafkaSettings.names());
    Set<String> inFile =
        Files.exists(file) ? PropertiesFile.read(file, "the settings").keySet() : Set.of();
    Set<String> environment = System.getenv().keySet();
    Set<String> given = new TreeSet<>(System.getProperties().stringPropertyNames());
    given.addAll(first.keySet());
    List<Finding> findings = new ArrayList<>();
    for (Unknown one : names.properties(inFile)) {
      findings.add(
          one.name().startsWith("kafka.")
              ? unused(one)
              : Finding.of(
                  Level.ERROR, SETTINGS, one.message("the service does not start with it")));
    }
    Stream.of(names.properties(given), names.variables(environment))
        .flatMap(List::stream)
        .map(DoctorChecks::unused)
        .forEach(findings::add);
    List<String> problems = new ArrayList<>();
    try {
      ResiduaConfig read = ServerConfiguration.read(file, first);
      problems.addAll(problems(read));
      config = read;
    } catch (StartFailedException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    problems.forEach(problem -> findings.add(Finding.of(Level.ERROR, SETTINGS, problem)));
    if (findings.isEmpty()) {
      long variables =
          environment.stream()
              .filter(name -> name.startsWith("RESIDUA_") || name.startsWith("KAFKA_"))
              .count();
      findings.add(
          Finding.ok(
              SETTINGS,
              "%s, %s"
                  .formatted(
                      Files.exists(file)
                          ? "%d properties in %s".formatted(inFile.size(), file)
                          : "no file " + file,
                      variables == 0
                          ? "none in the environment"
                          : variables + " in the environment")));
    }
    return findings;
  }

  private static Finding unused(Unknown one) {
    return Finding.of(Level.WARNING, SETTINGS, one.message("has no effect"));
  }

  /** Parts of a configuration that the service would refuse when it starts. */
  private static List<String> problems(ResiduaConfig config) {
    List<String> problems = new ArrayList<>();
    List<Callable<?>> parts =
        List.of(
            () -> AlertingSetup.settings(config.alerting()),
            () -> AlertingSetup.signing(config.alerting()),
            () -> HttpAccess.of(config.http()),
            () -> ScoringSetup.settings(config),
            () -> ScoringSetup.topics(config),
            () -> IngestRole.settings(config),
            () -> new Heartbeats(System::nanoTime, config.stuckAfter()),
            () ->
                new FalseAlarmBudget(
                    config.incidents().falseAlarmsPerWeek(),
                    Period.WEEK,
                    config.incidents().framesPerSecond()),
            () -> {
              BundleStores.of(config).close();
              return true;
            });
    for (Callable<?> part : parts) {
      try {
        part.call();
      } catch (Exception e) {
        Failures.reason(e)
            .lines()
            .map(line -> line.replaceFirst("^residua: ", ""))
            .forEach(problems::add);
      }
    }
    return problems;
  }

  private static KafkaClients clients(SmallRyeConfig texts) {
    String servers =
        texts
            .getOptionalValue(KafkaSettings.BOOTSTRAP_SERVERS, String.class)
            .filter(text -> !text.isBlank())
            .orElseGet(
                () ->
                    "localhost:"
                        + texts
                            .getOptionalValue("residua.kafka.port", String.class)
                            .orElse("9092"));
    return new KafkaClients(servers, KafkaSettings.of(texts, System.getenv()));
  }

  private List<Finding> broker(KafkaClients clients) throws StartFailedException {
    Optional<String> problem = BrokerProbe.of(clients).problem();
    if (problem.isPresent()) {
      return List.of(Finding.of(Level.ERROR, BROKER, problem.get()));
    }
    TopicAdmin connected = new TopicAdmin(clients);
    ClusterState.Cluster cluster;
    try {
      cluster = connected.state().cluster();
      existing = connected.state().existing();
    } catch (StartFailedException e) {
      connected.close();
      throw e;
    }
    admin = connected;
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.ok(
            BROKER,
            "%s at %s%s"
                .formatted(
                    cluster.brokers() == 1
                        ? "1 broker answers"
                        : cluster.brokers() + " brokers answer",
                    clients.bootstrapServers(),
                    cluster.release().map(release -> ", Kafka " + release).orElse(""))));
    cluster.problem().ifPresent(text -> findings.add(Finding.of(Level.WARNING, BROKER, text)));
    return findings;
  }

  private List<Finding> topics(@Nullable ResiduaConfig known, Topics topics, TopicAdmin cluster)
      throws StartFailedException {
    List<Finding> findings = new ArrayList<>();
    List<String> missing =
        topics.all().stream().map(Topic::name).filter(name -> !existing.contains(name)).toList();
    boolean several = missing.size() > 1; // one finding for all
    if (several) {
      findings.add(
          new Finding(
              Level.ERROR,
              TOPICS,
              missing.size() == topics.all().size()
                  ? "none of the %d topics exists, such as %s"
                      .formatted(missing.size(), topics.frames().name())
                  : "%d of %d topics do not exist: %s"
                      .formatted(missing.size(), topics.all().size(), String.join(", ", missing)),
              "create them with: " + cluster.creation(topics)));
    }
    (several ? cluster.checkExisting(topics) : cluster.check(topics))
        .forEach(problem -> findings.add(Finding.of(Level.ERROR, TOPICS, problem)));
    if (!missing.isEmpty()) {
      return findings;
    }
    if (known != null && known.roles().contains(Role.SCORE)) {
      cluster
          .checkForgetting(topics.frames(), known.sources().forgetAfter())
          .map(problem -> Finding.of(Level.ERROR, TOPICS, problem))
          .ifPresent(findings::add);
    }
    for (String problem : cluster.state().degraded(topics)) {
      findings.add(Finding.of(Level.WARNING, TOPICS, problem));
    }
    if (findings.isEmpty()) {
      findings.add(
          Finding.ok(TOPICS, "all %d have the settings they need".formatted(topics.all().size())));
    }
    List<String> chosen = cluster.chosen(topics);
    if (!chosen.isEmpty()) {
      findings.add(Finding.ok(TOPICS, "changed by an operator: " + String.join(", ", chosen)));
    }
    return findings;
  }

  private static List<Finding> access(ResiduaConfig known, TopicAdmin cluster)
      throws StartFailedException {
    cluster.checkAccess(known.topicPrefix(), known.instance(), known.roles());
    return List.of(
        Finding.ok(
            ACCESS,
            "this user has the permissions that the roles %s need (%d)"
                .formatted(
                    known.roles().stream()
                        .map(role -> role.name().toLowerCase(Locale.ROOT))
                        .sorted()
                        .collect(Collectors.joining(", ")),
                    RequiredAcl.needed(known.topicPrefix(), known.instance(), known.roles())
                        .size())));
  }

  private List<Finding> clock(ResiduaConfig known, ClusterState cluster, Topics topics) {
    List<Finding> findings = new ArrayList<>();
    try {
      cluster
          .clockDifference()
          .map(DoctorChecks::clock)
          .ifPresentOrElse(
              findings::add,
              () ->
                  findings.add(Finding.notChecked(CLOCK, "this cluster does not state its time")));
    } catch (StartFailedException e) {
      findings.add(
          Finding.notChecked(
              CLOCK,
              e.getCause() instanceof AuthorizationException
                  ? "the time of Kafka's controller needs the permission Describe on the cluster"
                  : Failures.reason(e)));
    }
    if (existing.contains(topics.frames().name())) {
      try {
        cluster
            .newest(topics.frames())
            .map(newest -> Duration.between(clock.instant(), newest))
            .filter(ahead -> ahead.compareTo(known.frames().clockTolerance()) > 0)
            .ifPresent(
                ahead ->
                    findings.add(
                        new Finding(
                            Level.WARNING,
                            CLOCK,
                            "the newest frame has a time %s ahead of this machine"
                                .formatted(spoken(ahead)),
                            "set the clock of the program that sends it, by NTP for instance")));
      } catch (StartFailedException e) {
        findings.add(Finding.notChecked(CLOCK, "the times of frames: " + Failures.reason(e)));
      }
    }
    return findings;
  }

  private static Finding clock(ClockDifference difference) {
    Duration certain = difference.certain();
    if (certain.compareTo(CLOCK_TOLERANCE) <= 0) {
      return Finding.ok(
          CLOCK,
          "this machine and Kafka's controller agree within %,d ms"
              .formatted(
                  Math.max(
                      difference.most().abs().toMillis(), difference.least().abs().toMillis())));
    }
    return new Finding(
        Level.WARNING,
        CLOCK,
        "the clock of Kafka's controller is %s %s this machine's"
            .formatted(spoken(certain), difference.least().isNegative() ? "behind" : "ahead of"),
        "set both clocks, by NTP for instance: ages of frames and silent sources are read from them");
  }

  /** A duration in its largest units. */
  private static String spoken(Duration duration) {
    if (duration.compareTo(Duration.ofMinutes(2)) < 0) {
      return "%.1f s".formatted(duration.toMillis() / 1e3);
    }
    return duration.compareTo(Duration.ofHours(2)) < 0
        ? duration.toMinutes() + " min"
        : duration.toHours() + " h";
  }

  private List<Finding> model(ResiduaConfig known, KafkaClients clients, Topics topics)
      throws IOException, StartFailedException, InterruptedException {
    TrustedKeys trusted;
    try {
      trusted = TrustedKeys.read(known.models().trustedKeys().orElse(List.of()));
    } catch (IOException e) {
      throw new StartFailedException(
          "residua.models.trusted-keys cannot be read: " + Failures.reason(e), e);
    }
    List<Finding> findings = new ArrayList<>();
    try (BundleStores stores = BundleStores.of(known);
        RegistryFollower follower =
            new RegistryFollower(clients.registry(known.topicPrefix()), topics, stores)) {
      TrustedModels models = new TrustedModels(follower, trusted);
      ModelRegistry registry = models.refreshed();
      for (Activation active : registry.active()) {
        try {
          findings.addAll(
              model(
                  known,
                  active,
                  registry.entry(active.modelId()),
                  models.bundle(active.modelId())));
        } catch (IOException | BadBundleException e) {
          findings.add(Finding.of(Level.ERROR, MODEL, Failures.reason(e)));
        }
      }
      for (Activation ignored : registry.ignored()) {
        findings.add(
            new Finding(
                Level.WARNING,
                MODEL,
                "the activation of %s has no effect, as the registry has no such model"
                    .formatted(ignored.modelId()),
                "publish it (residua model publish FILE), or remove the activation (residua model clean)"));
      }
    }
    if (findings.isEmpty()) {
      findings.add(
          new Finding(
              Level.WARNING,
              MODEL,
              "none is active",
              "all processes wait for it; activate one with: residua model promote FILE --reason TEXT --bootstrap "
                  + clients.bootstrapServers()));
    }
    return findings;
  }

  private static List<Finding> scenes(ResiduaConfig known, KafkaClients clients, Topics topics)
      throws IOException, InterruptedException {
    Set<String> scenes;
    try (RegistryFollower follower =
        new RegistryFollower(clients.registry(known.topicPrefix()), topics, Models.OUTSIDE)) {
      scenes =
          follower.refreshed().active().stream()
              .map(Activation::scene)
              .collect(Collectors.toCollection(TreeSet::new));
    }
    List<Finding> missing = SceneReview.withoutModel(rules(known, clients, topics), scenes);
    return missing.isEmpty()
        ? List.of(Finding.ok(SceneReview.CHECK, "every scene that a rule names has a model"))
        : missing;
  }

  private static List<Finding> model(
      ResiduaConfig known, Activation active, Optional<Entry> entry, ModelBundle bundle)
      throws BadBundleException {
    BundleOpener.scoring(bundle, 1).close(); // its self-test
    MonitorModel monitored = MonitorRole.model(bundle, known);
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.ok(
            MODEL,
            "%s is active in scene %s, passes its self-test and is calibrated"
                .formatted(bundle.id(), active.scene())));
    if (bundle.digest().equals(Models.read(Optional.empty()).digest())) {
      findings.add(
          new Finding(
              Level.WARNING,
              MODEL,
              "%s in scene %s is the model of the demo, which knows only the simulated pendulum"
                  .formatted(bundle.id(), active.scene()),
              "train one on your frames (src/docs/tutorial.md) and activate it: residua model promote FILE --reason TEXT --scene "
                  + active.scene()));
    }
    List<String> bad = ModelFinding.sentences(bundle.findings());
    if (!bad.isEmpty()) {
      findings.add(
          new Finding(
              Level.WARNING,
              MODEL,
              "the training of %s found: %s (%s)"
                  .formatted(
                      bundle.id(),
                      String.join("; ", bad),
                      entry
                          .map(Entry::acceptedBy)
                          .map(by -> "accepted by " + by)
                          .orElse("accepted by nobody")),
              "see what it cannot read in its report: residua report --model FILE"));
    }
    if (monitored.commissioning().isEmpty() && known.sources().commissioning()) {
      findings.add(uncalibrated(bundle, "sources cannot learn what is normal for them"));
    }
    if (monitored.mechanisms().isEmpty()) {
      findings.add(uncalibrated(bundle, "changes are not diagnosed"));
    }
    return findings;
  }

  private static Finding uncalibrated(ModelBundle bundle, String consequence) {
    return new Finding(
        Level.WARNING,
        MODEL,
        "%s was calibrated on too few frames, so %s".formatted(bundle.id(), consequence),
        "calibrate it on more frames: residua model calibrate --model FILE --data DIR --out NEW");
  }

  private List<Finding> pace(
      ResiduaConfig known, KafkaClients clients, ClusterState cluster, Topics topics)
      throws IOException, StartFailedException, InterruptedException {
    Instant now = clock.instant();
    Map<String, DriftScore> scores =
        RecentRecords.last(
            clients, topics.drift(), now.minus(NOW), MOST_SCORES, limit.dividedBy(2));
    OptionalLong waiting =
        cluster.waiting(ConsumerGroups.score(known.topicPrefix()), topics.frames());
    if (scores.isEmpty()) {
      Optional<Instant> last = cluster.newest(topics.drift());
      return List.of(
          new Finding(
              Level.WARNING,
              SourcePace.CHECK,
              "no frame was monitored in the last %d minutes; %s%s"
                  .formatted(
                      NOW.toMinutes(),
                      last.map(at -> "the last one was at " + at).orElse("none ever was"),
                      waiting.orElse(0) == 0
                          ? ""
                          : ", and %,d frames wait".formatted(waiting.getAsLong())),
              waiting.orElse(0) > 0
                  ? "see ResiduaScoringStopped in src/docs/operations.md"
                  : "check that the cameras send, and that the service runs"));
    }
    SourceRules rules = rules(known, clients, topics);
    SourceSettings.Budget budget =
        new SourceSettings.Budget(
            known.incidents().falseAlarmsPerWeek(), known.incidents().framesPerSecond());
    List<SourcePace> sources =
        scores.values().stream()
            .map(score -> pace(score, rules.of(score.source()), budget))
            .toList();
    return SourcePace.findings(sources, waiting);
  }

  private static SourceRules rules(ResiduaConfig known, KafkaClients clients, Topics topics)
      throws IOException, InterruptedException {
    return SourceRulesTable.read(clients.sources(known.topicPrefix()), topics.sources());
  }

  /** Checks the file of people's tokens, if there is one; without Kafka not its scopes. */
  private void tokens(KafkaClients clients, Topics topics) throws InterruptedException {
    ResiduaConfig known = config;
    Optional<Path> tokensFile = known == null ? Optional.empty() : known.http().tokensFile();
    if (known == null || tokensFile.isEmpty()) {
      return;
    }
    Path path = tokensFile.get();
    AccessTokens tokens;
    try {
      tokens = TokensFile.tokens(path);
    } catch (IllegalArgumentException e) {
      found.accept(Finding.notChecked(TokensReview.CHECK, "the file cannot be used"));
      return; // the check of the settings has said why
    }
    check(
        TokensReview.CHECK,
        () -> {
          HttpConfig http = known.http();
          List<Finding> findings = new ArrayList<>();
          if (Files.getFileStore(path).supportsFileAttributeView(PosixFileAttributeView.class)) {
            findings.addAll(TokensReview.permissions(path, Files.getPosixFilePermissions(path)));
          }
          findings.addAll(
              TokensReview.people(
                  tokens, http.token().isPresent() || http.tokenFile().isPresent() || http.oidc()));
          if (findings.isEmpty()) {
            findings.add(
                Finding.ok(TokensReview.CHECK, "%s has %d tokens".formatted(path, tokens.size())));
          }
          return findings;
        });
    withSettings(
        TokensReview.CHECK,
        List.of(topics.sources()),
        (same, cluster) -> TokensReview.scopes(tokens, rules(same, clients, topics)));
  }

  private static SourcePace pace(
      DriftScore score, SourceRule rule, SourceSettings.Budget installation) {
    SourceSettings.Budget budget =
        SourceSettings.of(rule, installation, false).budget().orElse(installation);
    return new SourcePace(
        score.source(),
        score.others().framesPerSecond(),
        budget.framesPerSecond(),
        budget.alarmsPerWeek(),
        score.targetRunLength(),
        score.others().quietRunLength(),
        score.others().quietHigh(),
        score.calibration().phase() == CalibrationPhase.LEARNING);
  }

  private void receivers(ResiduaConfig known) throws InterruptedException {
    AlertingSettings settings;
    try {
      settings = AlertingSetup.settings(known.alerting());
    } catch (StartFailedException e) {
      found.accept(withoutSettings(RECEIVERS));
      return;
    }
    if (settings.receivers().isEmpty()) {
      found.accept(
          new Finding(
              Level.WARNING,
              RECEIVERS,
              "none is configured, so nobody is notified of incidents",
              "set residua.alerting.receivers.NAME.type and its url; see src/docs/alerting.md"));
    }
    for (ReceiverSettings receiver : settings.receivers()) {
      check(
          RECEIVERS,
          () ->
              List.of(
                  ReceiverProbe.problem(receiver)
                      .map(problem -> Finding.of(Level.ERROR, RECEIVERS, problem))
                      .orElseGet(
                          () ->
                              Finding.ok(
                                  RECEIVERS,
                                  receiver
                                      + " can be reached; residua test-alert sends it an alert"))));
    }
  }

  private static List<Finding> disk(ResiduaConfig known) throws IOException, StartFailedException {
    Path data = known.dataDir().toAbsolutePath();
    Path there = data;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(disk(there, "residua.data-dir", "choose another directory with --data-dir"));
    if (!Files.isWritable(there)) {
      findings.add(
          new Finding(
              Level.ERROR,
              DISK,
              there + " cannot be written by this user",
              "run doctor as the user of the service, or choose another directory with --data-dir"));
    }
    findings.add(
        disk(
            Path.of(System.getProperty("java.io.tmpdir")),
            "temporary files",
            "choose another folder with -Djava.io.tmpdir"));
    return findings;
  }

  private static Finding disk(Path folder, String purpose, String remedy)
      throws IOException, StartFailedException {
    try {
      DiskSpace.check(folder, purpose, remedy);
    } catch (StartFailedException e) {
      return Finding.of(Level.ERROR, DISK, Failures.reason(e));
    }
    long free = DiskSpace.free(folder);
    String text =
        "%.1f GiB free for %s in %s".formatted(free / (double) (1L << 30), purpose, folder);
    return free < FEW_BYTES
        ? new Finding(Level.WARNING, DISK, text, "free some space, or " + remedy)
        : Finding.ok(DISK, text);
  }
}
