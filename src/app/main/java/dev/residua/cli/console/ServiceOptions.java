package dev.residua.cli.console;

import dev.residua.app.process.LocalToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that ask a running service over HTTP. */
public final class ServiceOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Address of the service (default: RESIDUA_URL, else http://localhost:8080).")
  @Nullable String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File with your token (default: RESIDUA_TOKEN, else the token that a service on this machine keeps in its data directory).")
  @Nullable Path tokenFile;

  private final InstallationSettings installation;

  /** Options for a service with the settings of this folder. */
  public ServiceOptions() {
    this(new InstallationSettings());
  }

  ServiceOptions(InstallationSettings installation) {
    this.installation = installation;
  }

  /**
   * Returns a client of the service.
   *
   * @throws CommandFailedException if the address or the token file cannot be used
   */
  public ServiceClient client() {
    URI address = address();
    Optional<String> token =
        tokenFile != null
            ? Optional.of(read(tokenFile))
            : installation.find("residua.token").or(() -> localToken(address));
    return new ServiceClient(address, token);
  }

  private URI address() {
    String text =
        Optional.ofNullable(url)
            .or(() -> installation.find("residua.url"))
            .orElseGet(
                () -> "http://localhost:" + installation.find("quarkus.http.port").orElse("8080"));
    if (text.matches("https?://[^/\\s]+\\S*")) {
      try {
        return new URI(text.replaceAll("/+$", ""));
      } catch (URISyntaxException e) {
        // refused below
      }
    }
    throw new CommandFailedException(
        "'%s' is not the address of a service, expected such as http://localhost:8080"
            .formatted(text));
  }

  /** The newest token below the data directory, which {@code demo} shares with {@code serve}. */
  private Optional<String> localToken(URI address) {
    Path data = Path.of(installation.find("residua.data-dir").orElse("data"));
    Path name = Path.of(LocalToken.file(address.getPort()));
    try {
      if (!InetAddress.getByName(address.getHost()).isLoopbackAddress()) {
        return Optional.empty();
      }
      try (Stream<Path> files =
          Files.find(data, 2, (file, attributes) -> name.equals(file.getFileName()))) {
        return files
            .filter(Files::isReadable)
            .max(Comparator.comparing(file -> file.toFile().lastModified()))
            .map(ServiceOptions::read);
      }
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty(); // there is none
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }
}
