package dev.residua.cli.serve;

import dev.residua.app.config.ConfigurationFile;
import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.KafkaSettings;
import dev.residua.app.kafka.SourceRulesTable;
import dev.residua.app.model.BundleStores;
import dev.residua.app.model.LancaPipeline;
import dev.residua.app.model.ModelCleanUp;
import dev.residua.app.model.OpenModel;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.ScoringSetup;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.TrainingBackend;
import dev.residua.cli.console.Version;
import dev.residua.dataset.FrameDataset;
import dev.residua.drift.DriftSettings;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.model.BadBundleException;
import dev.residua.model.SigningKey;
import dev.residua.model.TrustedKeys;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.RegistryFollower;
import dev.residua.registry.TrustedModels;
import dev.residua.renewal.job.DatasetFrames;
import dev.residua.renewal.job.FrameRange;
import dev.residua.renewal.job.RetentionTooShortException;
import dev.residua.renewal.job.StoredFrames;
import dev.residua.renewal.job.TrainingJob;
import dev.residua.renewal.job.TrainingRequest;
import dev.residua.renewal.job.TrainingStatusPublisher;
import dev.residua.source.SourceRules;
import dev.residua.training.TrainingFailedException;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import io.smallrye.config.SmallRyeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code training-job}: the process of one training, started by the training role. */
@Command(
    name = "training-job",
    hidden = true,
    description = "Runs the training whose request is in a folder. The role train starts it.")
public final class TrainingJobCommand extends ConsoleCommand {
  private static final int ORPHANED = 3;

  @Option(
      names = "--folder",
      required = true,
      paramLabel = "DIR",
      description = "Folder with the request.")
  Path folder;

  @Option(
      names = "--configuration",
      required = true,
      paramLabel = "FILE",
      description = "Configuration of the process that starts this one.")
  Path configuration;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "Author of its records on the control topic.")
  String by = "training-job";

  @Option(
      names = "--parent",
      paramLabel = "PID",
      description = "Process whose end also ends this one; 0 for none.")
  long parent;

  /** Settings of this process, and the cluster that they name. */
  private record Process(ResiduaConfig config, KafkaClients clients, Topics topics) {
    static Process of(Path file) throws IOException {
      SmallRyeConfig properties = ConfigurationFile.read(file);
      ResiduaConfig config = properties.getConfigMapping(ResiduaConfig.class);
      return new Process(
          config,
          new KafkaClients(
              properties.getRawValue(KafkaSettings.BOOTSTRAP_SERVERS),
              KafkaSettings.of(properties, Map.of())),
          ScoringSetup.topics(config));
    }

    Consumer<byte[], byte[]> consumer() {
      return clients.follower(new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
  }

  @Override
  public Integer call() throws IOException, StartFailedException, InterruptedException {
    endWithParent();
    TrainingRequest request = TrainingRequest.read(folder);
    Process process = Process.of(configuration);
    try (ControlWriter writer = new ControlWriter(process.clients(), process.topics().control())) {
      TrainingStatusPublisher status =
          new TrainingStatusPublisher(
              request.id(),
              request.scene(),
              request.trigger(),
              request.incidents(),
              by,
              writer::write,
              Clock.systemUTC());
      try {
        TrainingBackend.valueOf(process.config().training().backend().name()).start();
        TrainingJob.Outcome outcome = run(process, request, status);
        print("%s%n%s", outcome.modelId(), outcome.verdict().toText());
        return 0;
      } catch (CancellationException e) {
        status.publish(TrainingPhase.CANCELLED, 0, Failures.reason(e), null);
        return 0;
      } catch (IOException
          | BadBundleException
          | RetentionTooShortException
          | TrainingFailedException
          | CommandFailedException
          | IllegalArgumentException
          | IllegalStateException
          | KafkaException e) {
        status.publish(TrainingPhase.FAILED, 0, Failures.reason(e), null);
        err().println("residua: " + Failures.reason(e));
        return 0; // the failure is published
      }
    }
  }

  private TrainingJob.Outcome run(
      Process process, TrainingRequest request, TrainingStatusPublisher status)
      throws IOException,
          BadBundleException,
          RetentionTooShortException,
          TrainingFailedException,
          InterruptedException {
    int threads = request.settings().threads();
    DriftSettings drift =
        DriftSettings.DEFAULTS.withSimulation(
            request.settings().driftSimulation(), DriftSettings.DEFAULTS.streamLength());
    ResiduaConfig config = process.config();
    Optional<Path> signingKey = config.training().signingKey();
    TrustedKeys keys = TrustedKeys.read(config.models().trustedKeys().orElse(List.of()));
    try (BundleStores outside = BundleStores.of(config);
        RegistryFollower follower =
            new RegistryFollower(
                process.clients().registry(config.topicPrefix()), process.topics(), outside);
        ModelAdmin admin =
            ModelAdmin.of(process.clients().registry(config.topicPrefix()), process.topics())) {
      SourceRules rules =
          SourceRulesTable.read(
              process.clients().sources(config.topicPrefix()), process.topics().sources());
      TrainingJob.Dependencies dependencies =
          new TrainingJob.Dependencies(
              new TrustedModels(follower, keys),
              admin,
              outside.outside(),
              outside::discard,
              signingKey.isEmpty() ? null : SigningKey.read(signingKey.get()),
              keys,
              bundle -> OpenModel.of(bundle, threads),
              LancaPipeline.of(threads, Version.current(), drift),
              drift,
              rules::of,
              source(process),
              process::consumer,
              process.topics(),
              () -> cleanUp(process, admin, outside, request.settings().keep()),
              Clock.systemUTC(),
              System::nanoTime);
      return new TrainingJob(dependencies, request, folder, status, () -> false).run();
    }
  }

  /** Reports a failure without failing, as the next training tries again. */
  private void cleanUp(Process process, ModelAdmin admin, BundleStores outside, int keep) {
    try {
      ModelCleanUp.sentences(
              ModelCleanUp.run(process.clients(), process.topics(), admin, outside::discard, keep))
          .forEach(out()::println);
    } catch (IOException e) {
      err().println("residua: nothing cleaned up: " + Failures.reason(e));
    }
  }

  private static TrainingJob.FrameSource source(Process process) throws IOException {
    ResiduaConfig config = process.config();
    Optional<Path> data = config.training().data();
    if (data.isPresent()) {
      FrameDataset set = FrameDataset.open(data.get());
      double rate = config.incidents().framesPerSecond();
      return (training, exclusions, request, progress, cancelled) ->
          DatasetFrames.collect(set, rate, exclusions, request, progress, cancelled);
    }
    StoredFrames stored =
        new StoredFrames(
            process::consumer,
            process.topics().frames().name(),
            new FrameReader(ScoringSetup.frameLimits(config), ScoringSetup.registry(config)),
            ScoringSetup.frameLimits(config),
            ScoringSetup.references(config));
    return (training, exclusions, request, progress, cancelled) ->
        stored.collect(
            new FrameRange.Times(training.from(), training.until()),
            exclusions,
            request,
            progress,
            cancelled);
  }

  /** Ends this process with its parent, which may start another training after a restart. */
  private void endWithParent() {
    if (parent == 0) {
      return;
    }
    Thread watch =
        new Thread(
            () -> {
              while (ProcessHandle.of(parent).filter(ProcessHandle::isAlive).isPresent()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
              }
              Runtime.getRuntime().halt(ORPHANED);
            },
            "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
