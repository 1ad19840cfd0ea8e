package dev.residua.cli.model;

import dev.residua.app.model.LancaPipeline;
import dev.residua.app.process.RandomToken;
import dev.residua.app.teach.TeachAccess;
import dev.residua.app.teach.Teaching;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.TrainingBackend;
import dev.residua.cli.console.Version;
import dev.residua.drift.DriftSettings;
import dev.residua.model.BadBundleException;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code teach}: a page on which people teach the factors of a data set. */
@Command(
    name = "teach",
    description = {
      "Serves a page on which people name the factors of a data set and teach them: by comparing"
          + " two pictures, sorting ten, marking runs in which a factor was held, or giving numbers."
          + " The page trains a model on it and shows what became of the names.",
      "Answers are stored in the folder of the data set at once. Runs until it is stopped (Ctrl-C,"
          + " SIGTERM). Needs no Kafka."
    })
public final class TeachCommand extends ConsoleCommand {
  private static final int SECONDS_TO_END = 10;

  private final CountDownLatch ended = new CountDownLatch(1);

  @Parameters(paramLabel = "DIR", description = "Data set.")
  Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of the page; 0 selects a free one.")
  int port = 8090;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "Address to listen on. On another than this machine's own, such as 0.0.0.0, the printed"
              + " address has a token, which every request needs, unless there is a tokens file. The connection is not encrypted.")
  String host = "localhost";

  @Option(
      names = "--out",
      paramLabel = "FILE.residua",
      description = "Bundle that trainings write. Default: taught.residua in the data set.",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  @Nullable Path out;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "Model whose latents help to choose the next question; may be given several times: if"
              + " models disagree, an answer says most.",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  List<Path> models = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Native threads of a training; only with 1 does it repeat exactly.")
  int threads = TrainingSettings.DEFAULTS.threads();

  @Option(
      names = "--tokens-file",
      paramLabel = "FILE",
      defaultValue = "${env:RESIDUA_HTTP_TOKENS_FILE}",
      description =
          "Tokens of people, as the service reads them. The page then needs the token of somebody"
              + " with the grant operator for the scene, and owner to train; what a person does is"
              + " recorded under the name in the file (default: no tokens).",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  @Nullable Path tokensFile;

  @Mixin SceneOption scene = new SceneOption();

  @Override
  public Integer call() throws IOException, BadBundleException, InterruptedException {
    TrainingBackend.CPU.start();
    atLeast(1, "--threads", threads);
    InetAddress address = address();
    String token = tokensFile != null || address.isLoopbackAddress() ? null : RandomToken.create();
    Path bundle = out == null ? data.resolve("taught.residua") : out;
    try (Teaching teaching =
        Teaching.start(
            data,
            bundle,
            models,
            (source, settings, progress) ->
                LancaPipeline.of(threads, Version.current(), DriftSettings.DEFAULTS)
                    .run(source, settings, null, null, progress),
            threads,
            address,
            port,
            access(token),
            Clock.systemUTC())) {
      print(
          "teaching %s at http://%s:%d/%s",
          data, name(address), teaching.port(), token == null ? "" : "?token=" + token);
      print("answers are stored in %s; Ctrl-C ends", data);
      out().flush();
      waitForSignal();
      return 0;
    } catch (BindException e) {
      throw new CommandFailedException(
          "cannot listen on %s port %d (%s): choose another with --port"
              .formatted(host, port, e.getMessage()),
          e);
    } finally {
      ended.countDown();
    }
  }

  private TeachAccess access(@Nullable String token) {
    if (token != null) {
      return TeachAccess.withToken(token);
    }
    try {
      return tokensFile == null ? TeachAccess.OPEN : TeachAccess.ofPeople(tokensFile, scene.scene);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns when the process is asked to end, which then waits until the command has ended. */
  private void waitForSignal() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  asked.countDown();
                  try {
                    boolean unused = ended.await(SECONDS_TO_END, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "teach-end"));
    asked.await();
  }

  private InetAddress address() {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new CommandFailedException(
          "--host: '%s' is not an address of this machine".formatted(host), e);
    }
  }

  private static String name(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return "localhost";
    }
    try {
      return address.isAnyLocalAddress()
          ? InetAddress.getLocalHost().getHostName()
          : address.getHostAddress();
    } catch (UnknownHostException e) {
      return address.getHostAddress();
    }
  }
}
